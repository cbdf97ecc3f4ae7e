/** Time as a collaborator, so that pure cores and tests never read the machine's clock themselves. */
export interface Clock {
  /** Wall clock: milliseconds since the Unix epoch, may have a fraction. */
  nowMs(): number;
}

/** The machine's clock, at sub-millisecond resolution. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
};
