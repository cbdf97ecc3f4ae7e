/** A stretch of the timeline that is filled frame by frame, ticks. */
export interface Stretch {
  readonly at: number;
  /** How far it may be written now. */
  readonly until: number;
  /** Where something else begins; infinite when that is not known. */
  readonly end: number;
  /** Usual duration of a frame. */
  readonly step: number;
  /** A rest shorter than this is left to what follows. */
  readonly least: number;
}

/**
 * How long the next frame lasts, ticks; null when none can be written now. The last one before the end is up to half longer,
 * or shorter, so that the end is met exactly, and what is made does not depend on when it is made. Pure.
 */
export function nextDuration({ at, until, end, step, least }: Stretch): number | null {
  const left = end - at;
  if (left < least) return null;
  const duration = left < step * 1.5 ? left : step;
  return at + duration > until ? null : duration;
}
