/** How long the slate may wait for a picture that comes back, before viewers run dry. Pure. */

export interface SlateWait {
  readonly nowMs: number;
  /** When the encoder that is awaited was started, Unix milliseconds; null when none runs. */
  readonly startedMs: number | null;
  /** How far what was written is behind real time. */
  readonly behindMs: number;
  /** The slate shows already. */
  readonly inSlate: boolean;
  /** What is awaited is the key frame that begins the next segment. */
  readonly awaitsSegment: boolean;
  readonly partSec: number;
}

/** The slate runs this far behind real time, so that a returning publisher's first frame is still ahead of it. */
export const SLATE_LAG_MS = 400;
/** Before the slate shows: an encoder that is started again usually gives out its first frame after 0.3 s. */
const HOLD_MS = 600;
/**
 * What a part that has been written takes to reach a player, and what there is to spare. Lower, and players run dry on a busy
 * machine; higher, and more starts of encoders are too slow for the first place they could take over at.
 */
const DELIVERY_MS = 300;
/** For the key frame of a segment it waits so long, as that of the next is a whole segment farther. */
const SEGMENT_HOLD_MS = 2500;

/**
 * Whether the slate has to go on. Players hold back three parts; of these one is still being written, and one is on its way:
 * what is written may be behind by the rest, and by what the slate always is.
 */
export function waitsTooLong(wait: SlateWait): boolean {
  const { nowMs, startedMs, behindMs, inSlate, awaitsSegment, partSec } = wait;
  if (startedMs === null) return true;
  if (awaitsSegment) return behindMs > SEGMENT_HOLD_MS;
  if (!inSlate) return nowMs - startedMs > HOLD_MS;
  return behindMs > Math.max(SLATE_LAG_MS + 100, 2000 * partSec - DELIVERY_MS);
}
