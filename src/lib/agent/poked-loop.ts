import { setTimeout as sleep } from 'node:timers/promises';

export interface PokedLoop {
  /** Runs it again as soon as the present run is over, rather than at the end of the interval. */
  poke(): void;
  /** Resolves when the present run is over; there is no other. */
  close(): Promise<void>;
}

/** Runs `run` soon, then each `intervalMs` and whenever poked, never twice at a time. `run` must not throw. */
export function startPokedLoop(run: () => Promise<void>, intervalMs: number): PokedLoop {
  const closing = new AbortController();
  let wake = new AbortController();
  let poked = false;

  async function loop(): Promise<void> {
    while (!closing.signal.aborted) {
      poked = false;
      await run();
      if (poked) continue;
      wake = new AbortController();
      const signal = AbortSignal.any([wake.signal, closing.signal]);
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const ended = Promise.resolve().then(loop);
  return {
    poke: () => {
      poked = true;
      wake.abort();
    },
    close: async () => {
      closing.abort();
      await ended;
    },
  };
}
