/** Benchmarks that are interrupted end what they have started. */
const closers = new Set<() => Promise<void>>();
let ending: Promise<unknown> | null = null;
/** Then there is time to print what was measured before the interruption. */
const PRINT_MS = 2000;

for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.on(signal, () => {
    if (ending !== null) return;
    process.stderr.write('  interrupted: ending what was started\n');
    ending = Promise.allSettled([...closers].map((close) => close()));
    void ending.then(() => setTimeout(() => process.exit(128 + number), PRINT_MS));
  });
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
