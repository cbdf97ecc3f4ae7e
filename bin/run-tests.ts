/** Runs the tests of the tiers named in the arguments, one tier after the other, and ends with a summary. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { type LostBatch, runBatches, type TestBatch } from './run-test-batches.ts';
import { formatWithheld, isTooMuch } from './witness-machine.ts';

/** Test files of one queue. */
interface Group {
  /** In the order in which they begin: what takes longest comes first, so that nothing long is left alone at the end. */
  readonly globs: readonly string[];
  /** Files at the same time. */
  readonly concurrency: number;
  /** A glob's files share a process, and those of the last glob so many: to start one takes longer than most unit tests. */
  readonly shared?: number;
}

interface Tier {
  /** Groups that run at the same time, one such step after the other. A file is of the first group that names it. */
  readonly steps: readonly (readonly Group[])[];
  readonly timeoutMs: number;
}

/** Servers without media of which no exact time is told: they wait more than they work. */
const LIGHT = [
  'test/integration/controller/rounds.test.ts',
  'test/integration/store/failover.test.ts',
  'test/integration/{store,membership,nodes}/**/*.test.ts',
  'test/integration/agent/{churn,agent-away,emptied-store,placement,store-away,store-lost}.test.ts',
  'test/integration/controller/lease.test.ts',
  'test/integration/cli/{output-modes,status,top}.test.ts',
  'test/integration/origin-{playlists,dvr,state,hostile,steering}.test.ts',
  'test/integration/{ring-nginx,probe,examiner,edge}.test.ts',
];

/** Whole clusters and machines, of which nothing is timed, or only what the machine left time for. */
const UNTIMED = [
  // The first one makes the root file system of all machines; no two labs of six machines are up at a time.
  'test/integration/lab/lab.test.ts',
  'test/integration/cli/ring.test.ts',
  'test/integration/remote/up.test.ts',
  'test/integration/provision/{killed-up,ring-up}.test.ts',
  'test/integration/provision/up-down.test.ts',
  'test/integration/{agent,cli,lab,provision,publisher,remote}/**/*.test.ts',
  'test/integration/contribution.test.ts',
];

/** Origins and viewers of media that is made up: they tell times, and take a fifth of a core. */
const MADE_UP = [
  'test/integration/origin-{feeds,owners,honesty,moves,relay}.test.ts',
  'test/integration/viewer.test.ts',
];

const TIERS: Readonly<Record<string, Tier>> = {
  fast: {
    steps: [
      [
        {
          globs: [
            ...['hedge', 'ring', 'pipeline', 'spec'].map((folder) => `test/unit/${folder}/**/*.test.ts`),
            'test/project/*.test.ts',
            'test/unit/**/*.test.ts',
          ],
          concurrency: 3,
          shared: 4,
        },
      ],
    ],
    timeoutMs: 60_000,
  },
  integration: {
    steps: [
      [
        { globs: LIGHT, concurrency: 1 },
        { globs: UNTIMED, concurrency: 2 },
      ],
      [{ globs: MADE_UP, concurrency: 2 }],
      // These tell times, too, and make media: each has two cores for itself.
      [{ globs: ['test/integration/**/*.test.ts'], concurrency: 1 }],
    ],
    timeoutMs: 700_000,
  },
  browser: { steps: [[{ globs: ['test/browser/**/*.test.ts'], concurrency: 1 }]], timeoutMs: 300_000 },
};

const root = join(import.meta.dirname, '..');
const results: string[] = [];
let failed = false;
for (const name of process.argv.slice(2)) {
  const tier = TIERS[name];
  if (tier === undefined) {
    console.error(`  ✖ no tier "${name}"; known are ${Object.keys(TIERS).join(', ')}`);
    process.exit(2);
  }
  results.push(...(await runTier(name, tier)));
}
console.log(`\n${results.join('\n')}`);
process.exit(failed ? 1 : 0);

/**
 * Returns lines of the summary: the tier's, and what became of each batch that failed. One that failed while the machine
 * withheld its time is run again, alone: what fails twice, or on a machine that was quiet, has failed.
 */
async function runTier(name: string, { steps, timeoutMs }: Tier): Promise<string[]> {
  const started = performance.now();
  const seen = new Set<string>();
  const lost: LostBatch[] = [];
  for (const groups of steps) {
    const running = groups.map((group) =>
      runBatches(planBatches(group, seen), { atOnce: group.concurrency, timeoutMs, root }),
    );
    lost.push(...(await Promise.all(running)).flat());
  }
  const disturbed = lost.filter(({ withheld }) => isTooMuch(withheld)).map(({ batch }) => batch);
  const lostAgain = await runBatches(disturbed, { atOnce: 1, timeoutMs, root });
  const saved = disturbed.filter((batch) => !lostAgain.some((again) => again.batch === batch));
  const passed = saved.length === lost.length;
  failed ||= !passed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict = passed ? '✔ passed' : '✖ FAILED';
  return [
    `  ${verdict}  ${name.padEnd(12)} ${seen.size} files  ${seconds} s`,
    ...lost.flatMap((one) => tellLost(one, saved.includes(one.batch) ? 'passed when run again' : 'FAILED')),
    ...lostAgain.flatMap((one) => tellLost(one, 'FAILED again')),
  ];
}

function tellLost({ batch, withheld, words }: LostBatch, outcome: string): string[] {
  const indented = words.split('\n').map((line) => `        ${line}`.trimEnd());
  return [`      ${outcome}: ${batch.name} (${formatWithheld(withheld)})`, ...indented];
}

/** The files of a group that no group before it had, in batches. */
function planBatches({ globs, shared }: Group, seen: Set<string>): TestBatch[] {
  const found = globs.map((glob) => {
    const all = globSync(glob, { cwd: root });
    if (all.length === 0) throw new Error(`no test file is named ${glob} any more`);
    const files = all.filter((file) => !seen.has(file));
    for (const file of files) seen.add(file);
    return { name: glob, files: files.sort() };
  });
  if (shared === undefined) {
    return found.flatMap(({ files }) => files.map((file) => ({ name: file, files: [file], shared: false })));
  }
  const rest = found.pop()!.files;
  const dealt = Array.from({ length: shared }, (_, at) => ({
    name: `unit tests, share ${at + 1} of ${shared}`,
    files: rest.filter((_file, index) => index % shared === at),
  }));
  return [...found, ...dealt].map((batch) => ({ ...batch, shared: true }));
}
