/**
 * Tells that the machine's clock was set while this process ran.
 *
 * A process counts its time on from its start (clock.ts), so that no step of the clock reaches it. When the clock was wrong before,
 * as of a machine that has just booted or stood still, the process stays wrong, and those that start later do not agree with it.
 */
import { type Clock, systemClock } from './clock.ts';

export interface ClockWatch {
  /** Resolves with how far ahead of the machine's clock this process is, milliseconds (below 0: behind), once that is too much. */
  readonly wasSet: Promise<number>;
  close(): void;
}

export interface ClockWatchOptions {
  /** The time that this process counts. */
  readonly counted?: Clock;
  /** The machine's clock as it is now. */
  readonly wall?: Clock;
}

/**
 * More than a leap second, which reaches all machines at the same moment: nobody is to start anew for it. What clocks are slewed
 * by, both follow.
 */
const STEP_MS = 1500;
const LOOK_MS = 1000;
/** The two are read one after the other: once, a busy machine may have come between. */
const LOOKS = 2;

/** Watches from now on. */
export function watchClock({
  counted = systemClock,
  wall = { nowMs: Date.now },
}: ClockWatchOptions = {}): ClockWatch {
  const { promise: wasSet, resolve } = Promise.withResolvers<number>();
  let looks = 0;
  const timer = setInterval(() => {
    const aheadMs = counted.nowMs() - wall.nowMs();
    looks = Math.abs(aheadMs) > STEP_MS ? looks + 1 : 0;
    if (looks >= LOOKS) resolve(aheadMs);
  }, LOOK_MS);
  timer.unref();
  return { wasSet, close: () => clearInterval(timer) };
}
