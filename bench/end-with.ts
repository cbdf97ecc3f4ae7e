/** Benchmarks that are interrupted end what they have started. */
import { setTimeout as sleep } from 'node:timers/promises';

const closers = new Set<() => Promise<void>>();
let ending: Promise<unknown> | null = null;
/** Then there is time to print what was measured before the interruption. */
const PRINT_MS = 2000;
/** A command of the benchmark that is being interrupted, too, may have the cluster for itself until it has ended. */
const CLOSE_AGAIN = { most: 30, afterMs: 1000 } as const;

for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.on(signal, () => {
    if (ending !== null) return;
    process.stderr.write('  interrupted: ending what was started\n');
    ending = Promise.allSettled([...closers].map(closeAtLast));
    void ending.then(() => setTimeout(() => process.exit(128 + number), PRINT_MS));
  });
}

async function closeAtLast(close: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await close();
      return;
    } catch (error) {
      if (tries < CLOSE_AGAIN.most) await sleep(CLOSE_AGAIN.afterMs);
      else {
        process.stderr.write(`  could not end what was started: ${String(error)}\n`);
        return;
      }
    }
  }
}

/** Runs `work` and then `close`, which is also what an interruption does. */
export async function endWith<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  closers.add(close);
  try {
    return await work();
  } finally {
    // Once interrupted, it is being closed already.
    closers.delete(close);
    await (ending ?? close());
  }
}
