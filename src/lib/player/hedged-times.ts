import type { HedgeSettings } from '../hedge/hedge-settings.ts';
import type { StreamTimes } from './failure-times.ts';

/** When the hedged loader asks another region for what this one does not deliver, by the kind of failure. */
export interface HedgedTimes {
  /** An error, or an old playlist. */
  readonly atOnceMs: number;
  /** Silence where a part would come within its target. */
  readonly blockingMs: number;
  /** Silence where the file is there already. */
  readonly silenceMs: number;
  /** From the last byte of an answer that hangs. */
  readonly hangMs: number;
}

/** Computes the longest times; the first answer of the other region comes a round trip later. */
export function hedgedTimes(settings: HedgeSettings, { partSec }: StreamTimes): HedgedTimes {
  const { slackMs, jitterMs } = settings;
  return {
    atOnceMs: jitterMs,
    blockingMs: Math.round(partSec * 1000) + slackMs + jitterMs,
    silenceMs: slackMs + jitterMs,
    // Looked at once a slack: a byte just after one look is seen at the next.
    hangMs: 2 * slackMs + jitterMs,
  };
}
