/** Runs the tests of the tiers named in the arguments, one tier after the other, and ends with a summary. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Test files that run after the group before them. */
interface Group {
  readonly globs: readonly string[];
  /** Files at the same time; folders where `byFolder` says so. */
  readonly concurrency: number;
  /** One process for each folder instead of each file: to start one takes longer than most unit tests. */
  readonly byFolder?: boolean;
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
  'test/integration/{agent,cli,lab,provision,publisher,remote}/**/*.test.ts',
  'test/integration/contribution.test.ts',
];

const TIERS: Readonly<Record<string, Tier>> = {
  fast: {
    groups: [{ globs: ['test/unit/**/*.test.ts', 'test/project/*.test.ts'], concurrency: 3, byFolder: true }],
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
/** A process that does not end by then never will. */
const FOLDER_LIMIT_MS = 180_000;
const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
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
  for (const { globs, concurrency, byFolder = false } of tier.groups) {
    const files = globSync([...globs], { cwd: root })
      .filter((file) => !done.has(file))
      .sort();
    for (const file of files) done.add(file);
    if (files.length === 0) continue;
    const options = [`--test-concurrency=${concurrency}`, `--test-timeout=${tier.timeoutMs}`];
    const went = byFolder ? await runFolders(files, concurrency, options) : runFiles(files, options);
    passed = went && passed;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  failed ||= !passed;
  results.push(`  ${passed ? '✔ passed' : '✖ FAILED'}  ${name.padEnd(12)} ${done.size} files  ${seconds} s`);
}
console.log(`\n${results.join('\n')}`);
process.exit(failed ? 1 : 0);

function runFiles(files: readonly string[], options: readonly string[]): boolean {
  const { status } = spawnSync(process.execPath, formatArguments(files, options), {
    ...{ cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] },
  });
  return status === 0;
}

/** Runs each folder in a process of its own, so many at a time, and prints what it said when it is done. */
async function runFolders(
  files: readonly string[],
  atOnce: number,
  options: readonly string[],
): Promise<boolean> {
  const folders = [...Map.groupBy(files, (file) => file.split(sep).slice(0, 3).join(sep)).values()];
  // The longest first, as far as their number tells.
  folders.sort((a, b) => b.length - a.length);
  let passed = true;
  const work = async (): Promise<void> => {
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
      const argv = formatArguments(folder, [...options, '--test-isolation=none']);
      const child = spawn(process.execPath, argv, {
        cwd: root,
        env,
        timeout: FOLDER_LIMIT_MS,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said: Buffer[] = [];
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => said.push(chunk));
      const [status] = (await once(child, 'close')) as [number | null];
      process.stdout.write(Buffer.concat(said));
      passed &&= status === 0;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return passed;
}

function formatArguments(files: readonly string[], options: readonly string[]): string[] {
  return ['--test', ...options, '--test-reporter=spec', '--test-reporter-destination=stdout', ...files];
}
