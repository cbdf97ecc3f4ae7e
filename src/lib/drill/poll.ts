import type { DrillClock } from './drill-clock.ts';

export interface PollOptions {
  readonly clock: DrillClock;
  readonly limitMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Resolves with the first value that is not null; with null when the time is over or the signal aborts. */
export async function poll<T>(
  look: () => T | null | Promise<T | null>,
  { clock, limitMs, everyMs, signal }: PollOptions,
): Promise<T | null> {
  const endMs = clock.nowMs() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== null || clock.nowMs() >= endMs || signal.aborted) return found;
    await clock.sleep(everyMs, signal);
  }
}
