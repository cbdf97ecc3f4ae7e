/**
 * Key frames of an encoder's first seconds: closer than segments, so that a picture that comes back too late for one place of
 * the slate takes over at the next, and not with the next segment. Pure.
 */
import { VIDEO_TIMESCALE } from './grid.ts';

export interface EarlyKeys {
  /** Time between two; a segment is a whole number of it, so that each segment begins with one. */
  readonly stepSec: number;
  /** From here on only segments begin with a key frame. Ticks. */
  readonly untilTicks: number;
}

/** For so long from its first frame: what an encoder needs to start and to catch up on a busy machine. Each costs bits. */
export const EARLY_KEYS_SEC = 4;
/** Closer key frames would cost more than the wait for the next one. */
const LEAST_STEP_SEC = 0.4;

/** Plans them for an encoder that enters at a time: one for each part, if parts are not shorter than 0.4 s. */
export function planEarlyKeys(
  entryTicks: number,
  { segmentSec, partSec }: { readonly segmentSec: number; readonly partSec: number },
): EarlyKeys {
  const count = Math.max(1, Math.floor(segmentSec / Math.max(partSec, LEAST_STEP_SEC) + 0.001));
  return { stepSec: segmentSec / count, untilTicks: entryTicks + EARLY_KEYS_SEC * VIDEO_TIMESCALE };
}

/** Returns where the next one is due, at or after a time; null when only segments begin with one there. Ticks. */
export function nextEarlyKey(ticks: number, { stepSec, untilTicks }: EarlyKeys): number | null {
  const step = stepSec * VIDEO_TIMESCALE;
  const next = Math.round(Math.ceil(ticks / step) * step);
  // The key frame is the first frame of its step, which is a frame later at most.
  return next < untilTicks - step / 4 ? next : null;
}
