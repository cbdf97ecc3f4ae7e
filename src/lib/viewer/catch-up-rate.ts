/** What the playback rate depends on; seconds. */
export interface CatchUpInput {
  /** Behind the live edge, minus the target. */
  readonly overTargetSec: number;
  /** From this on hls.js takes the distance for a viewer's wish. */
  readonly wishedOverSec: number;
  readonly bufferedSec: number;
  readonly maxRate: number;
}

/**
 * The playback rate with which hls.js returns to its target latency: a sigmoid of the distance, in steps of 0.05,
 * from 0.05 s over the target and only with more than a second of buffer (latency-controller.ts of hls.js 1.7).
 */
export function catchUpRate(input: CatchUpInput): number {
  const { overTargetSec, wishedOverSec, bufferedSec, maxRate } = input;
  if (overTargetSec <= 0.05 || overTargetSec >= wishedOverSec || bufferedSec <= 1) return 1;
  const wanted = Math.round((2 / (1 + Math.exp(-0.75 * overTargetSec))) * 20) / 20;
  return Math.min(Math.max(1, maxRate), 2, Math.max(1, wanted));
}
