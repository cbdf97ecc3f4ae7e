/** The epoch grid: media time, segment numbers, and the ticks of each track (see ARCHITECTURE.md). */
import { MEDIA_EPOCH_SEC } from '../feed/message.ts';

export const VIDEO_TIMESCALE = 90_000;
export const AUDIO_TIMESCALE = 48_000;
/** Samples of one AAC-LC frame. Audio frames sit on multiples of it, counted from the media epoch. */
export const AUDIO_FRAME_TICKS = 1024;
/** A sample this little before a boundary belongs to the segment after it: timestamps are whole milliseconds. */
export const BOUNDARY_SLACK_SEC = 0.0005;

/** Returns the media sequence number of a sample: floor((unixSec + 0.0005) / segmentSec). */
export function msnOf(decodeTime: number, grid: { timescale: number; segmentSec: number }): number {
  const slack = Math.round(grid.timescale * BOUNDARY_SLACK_SEC);
  const segments = Math.floor((decodeTime + slack) / (grid.timescale * grid.segmentSec));
  return MEDIA_EPOCH_SEC / grid.segmentSec + segments;
}

/** Returns the media time, in ticks, of Unix milliseconds (fraction allowed); rounded to the nearest tick. */
export function ticksOfUnixMs(unixMs: number, timescale: number): number {
  return Math.round((unixMs - MEDIA_EPOCH_SEC * 1000) * (timescale / 1000));
}

/** Returns Unix milliseconds of a media time. */
export function unixMsOfTicks(ticks: number, timescale: number): number {
  return (ticks / timescale) * 1000 + MEDIA_EPOCH_SEC * 1000;
}
