/** Runs batches of test files, each in a process of its own, so many at a time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Withheld, witnessMachine } from './witness-machine.ts';

export interface TestBatch {
  /** As it is named when it fails. */
  readonly name: string;
  /** Relative to the root. */
  readonly files: readonly string[];
  /** Whether all files run in one process and see one another's globals; else each has one that ends with it. */
  readonly shared: boolean;
}

export interface RunBatchesOptions {
  readonly atOnce: number;
  /** Of each test. */
  readonly timeoutMs: number;
  readonly root: string;
}

/** A batch that failed. */
export interface LostBatch {
  readonly batch: TestBatch;
  readonly withheld: Withheld;
  /** What failed in it, in the runner's words. */
  readonly words: string;
}

/** What takes longer is named with its time. */
const LONG_SEC = 20;
/** A process that does not end that long after the last test's limit never will, milliseconds. */
const GRACE_MS = 120_000;

/** Of what a batch that failed said, so many characters are told again at the end. */
const TOLD_AGAIN = 2000;

/** Begins the batches in their order, prints what each said once it is done, and returns those that failed. */
export async function runBatches(
  batches: readonly TestBatch[],
  options: RunBatchesOptions,
): Promise<LostBatch[]> {
  const waiting = batches.filter(({ files }) => files.length > 0);
  const failed: LostBatch[] = [];
  const work = async (): Promise<void> => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      const lost = await runBatch(batch, options);
      if (lost !== null) failed.push(lost);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, work));
  return failed;
}

/** Null when it passed. */
async function runBatch(batch: TestBatch, options: RunBatchesOptions): Promise<LostBatch | null> {
  const endWitness = witnessMachine();
  const started = performance.now();
  const child = spawn(process.execPath, formatArguments(batch, options), {
    cwd: options.root,
    // What one process has compiled the next need not: half of the time of the unit tests.
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(options.root, 'node_modules', '.cache', 'compiled-tests'),
    },
    timeout: options.timeoutMs + GRACE_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  const withheld = endWitness();
  const text = Buffer.concat(said).toString();
  process.stdout.write(text);
  const seconds = (performance.now() - started) / 1000;
  if (signal !== null) console.log(`✖ ${batch.name}: ended by ${signal} after ${seconds.toFixed(0)} s`);
  else if (seconds > LONG_SEC) console.log(`ℹ ${batch.name} took ${seconds.toFixed(0)} s`);
  if (status === 0) return null;
  const ended = signal === null ? '' : `ended by ${signal}\n`;
  return { batch, withheld, words: ended + text.slice(failuresAt(text)).slice(0, TOLD_AGAIN).trimEnd() };
}

/** Where the reporter lists what failed; else where its last words begin. */
function failuresAt(text: string): number {
  const at = text.indexOf('✖ failing tests:');
  return at === -1 ? Math.max(0, text.length - TOLD_AGAIN) : at;
}

function formatArguments({ files, shared }: TestBatch, { timeoutMs }: RunBatchesOptions): string[] {
  const how = shared ? ['--test-isolation=none'] : [];
  const options = [`--test-timeout=${timeoutMs}`, ...how, '--test-reporter=spec'];
  return ['--test', ...options, '--test-reporter-destination=stdout', ...files];
}
