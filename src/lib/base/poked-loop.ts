import { setTimeout as sleep } from 'node:timers/promises';

export interface PokedLoop {
  /** Runs it again as soon as the present run is over, rather than at the end of the interval. */
  poke(): void;
  /** Resolves when the present run is over; there is no other. */
  close(): Promise<void>;
}

export interface PokedLoopOptions {
  readonly intervalMs: number;
  /** At least so long between two runs however often it is poked, so that a storm of pokes costs a bounded share. */
  readonly minGapMs?: number;
}

/** Runs `run` soon, then each interval and whenever poked, never twice at a time. `run` must not throw. */
export function startPokedLoop(run: () => Promise<void>, timing: number | PokedLoopOptions): PokedLoop {
  const { intervalMs, minGapMs = 0 } = typeof timing === 'number' ? { intervalMs: timing } : timing;
  const closing = new AbortController();
  let wake = new AbortController();
  let poked = false;

  async function loop(): Promise<void> {
    while (!closing.signal.aborted) {
      poked = false;
      await run();
      if (minGapMs > 0) await pause(minGapMs, closing.signal);
      if (poked || closing.signal.aborted) continue;
      // Alone: on Node 20 a signal made of two leaves an entry with the one that lives on, for each pass.
      wake = new AbortController();
      await pause(intervalMs - minGapMs, wake.signal);
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
      wake.abort();
      await ended;
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
