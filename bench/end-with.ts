/** Benchmarks that are interrupted end what they have started. */
const closers = new Set<() => Promise<void>>();
let ending = false;

for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    process.stderr.write('  interrupted: ending what was started\n');
    void Promise.allSettled([...closers].map((close) => close())).then(() => process.exit(128 + number));
  });
}

/** Runs `work` and then `close`, which is also what an interruption does. */
export async function endWith<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  closers.add(close);
  try {
    return await work();
  } finally {
    // Once interrupted, only the closers go on.
    if (!ending) {
      closers.delete(close);
      await close();
    }
  }
}
