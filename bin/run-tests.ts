/** Runs the tests of the tiers named in the arguments, one tier after the other, and ends with a summary. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

/** Test files that run after the group before them. */
interface Group {
  readonly globs: readonly string[];
  /** Files at the same time. */
  readonly concurrency: number;
}

interface Tier {
  readonly groups: readonly Group[];
  readonly timeoutMs: number;
}

/** Servers without media, which wait more than they work. */
const LIGHT = [
  'test/integration/{store,membership,nodes}/**/*.test.ts',
  'test/integration/agent/{agent-away,churn,emptied-store,placement,store-away,store-lost}.test.ts',
  'test/integration/controller/{lease,rounds}.test.ts',
  'test/integration/cli/{output-modes,status,top}.test.ts',
];

/** Whole clusters and machines, of which nothing is timed. All other files have two cores for themselves: they tell times. */
const UNTIMED = [
  'test/integration/{agent,cli,lab,provision,publisher}/**/*.test.ts',
  'test/integration/contribution.test.ts',
];

const TIERS: Readonly<Record<string, Tier>> = {
  fast: {
    groups: [{ globs: ['test/unit/**/*.test.ts', 'test/project/*.test.ts'], concurrency: 4 }],
    timeoutMs: 60_000,
  },
  integration: {
    groups: [
      { globs: LIGHT, concurrency: 3 },
      { globs: UNTIMED, concurrency: 2 },
      { globs: ['test/integration/**/*.test.ts'], concurrency: 1 },
    ],
    timeoutMs: 300_000,
  },
  browser: { groups: [{ globs: ['test/browser/**/*.test.ts'], concurrency: 1 }], timeoutMs: 300_000 },
};

const root = join(import.meta.dirname, '..');
/** What one test file has compiled the next need not: half of the fast tier's time. */
const compiled = join(root, 'node_modules', '.cache', 'compiled-tests');
const results: string[] = [];
let failed = false;
for (const name of process.argv.slice(2)) {
  const tier = TIERS[name];
  if (tier === undefined) {
    console.error(`  ✖ no tier "${name}"; known are ${Object.keys(TIERS).join(', ')}`);
    process.exit(2);
  }
  const started = performance.now();
  const done = new Set<string>();
  let passed = true;
  for (const { globs, concurrency } of tier.groups) {
    const files = globSync([...globs], { cwd: root })
      .filter((file) => !done.has(file))
      .sort();
    for (const file of files) done.add(file);
    if (files.length > 0) passed = runFiles(files, concurrency, tier.timeoutMs) && passed;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  failed ||= !passed;
  results.push(`  ${passed ? '✔ passed' : '✖ FAILED'}  ${name.padEnd(12)} ${done.size} files  ${seconds} s`);
}
console.log(`\n${results.join('\n')}`);
process.exit(failed ? 1 : 0);

function runFiles(files: readonly string[], concurrency: number, timeoutMs: number): boolean {
  const { status } = spawnSync(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${concurrency}`,
      `--test-timeout=${timeoutMs}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      ...files,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    },
  );
  return status === 0;
}
