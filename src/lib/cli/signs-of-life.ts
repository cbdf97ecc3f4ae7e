/** Whoever reads the log of a machine's run must see that it goes on, also beside `--json`. */
const SIGN_MS = 9_000;

export interface SignsOfLife {
  /** What is going on from now on. */
  doing(text: string): void;
  close(): void;
}

/** Says each few seconds on standard error what is being done, and for how long. */
export function startSignsOfLife(title: string): SignsOfLife {
  const started = performance.now();
  let now = title;
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stderr.write(`    … ${now} (${seconds} s)\n`);
  }, SIGN_MS);
  return {
    doing: (text) => {
      now = text;
    },
    close: () => clearInterval(timer),
  };
}
