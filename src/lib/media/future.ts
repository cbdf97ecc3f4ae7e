/**
 * Media that is dated in the future. What is right cannot follow it until that time has come, so it is left out wherever media
 * comes in. Pure.
 */

/**
 * A pipeline takes no media that is further ahead of its clock: a publisher may say an epoch that is 10 s off, and the clocks of
 * nodes differ. Lower, and such publishers are left out; higher, and whatever is let in costs as much dead air once it is over.
 */
export const FUTURE_MS = 15_000;
/** An origin has its media from pipelines of other nodes, too, whose clocks may be off by as much again. */
const ORIGIN_FUTURE_MS = 2 * FUTURE_MS;

/** Whether media that ends then, Unix seconds, is dated further ahead than an origin believes. */
export function isFuture(endSec: number, nowMs: number): boolean {
  return endSec * 1000 - nowMs > ORIGIN_FUTURE_MS;
}

/** Keeps the groups of pictures apart that may be decoded: what follows a frame of the future needs it. */
export class FutureGate {
  /** How far ahead of its arrival the newest frame was that was left out, milliseconds; null since one was let in. */
  aheadMs: number | null = null;

  /** Whether a frame is let in: after one that was not, it takes a key frame. */
  admits(frame: { readonly atMs: number; readonly arrivalMs: number; readonly key: boolean }): boolean {
    const aheadMs = frame.atMs - frame.arrivalMs;
    if (aheadMs > FUTURE_MS) this.aheadMs = aheadMs;
    else if (frame.key) this.aheadMs = null;
    return this.aheadMs === null;
  }
}
