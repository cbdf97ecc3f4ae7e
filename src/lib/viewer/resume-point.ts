import type { MediaPlaylist } from '../hls/media-playlist.ts';
import { JUMP_TO_LIVE_SEC } from '../player/hls-config.ts';
import type { BufferModel } from './buffer-model.ts';
import { liveEdgeMs } from './next-fetch.ts';
import type { TargetLatency } from './target-latency.ts';

export interface ResumeInput {
  readonly playlist: MediaPlaylist;
  readonly target: TargetLatency;
  /** Program date time minus media time, milliseconds. */
  readonly dateOffsetMs: number;
  readonly nowMs: number;
}

/**
 * The program time (Unix milliseconds) at which the buffer ends, when going on from there is better than a new start at the live
 * edge; null when it is not.
 */
export function resumePointMs(buffer: BufferModel, input: ResumeInput): number | null {
  const { playlist, target, dateOffsetMs, nowMs } = input;
  const edgeMs = liveEdgeMs(playlist);
  if (edgeMs === null) return null;
  buffer.advance(nowMs);
  const endMs = buffer.playheadMs + buffer.aheadMs + dateOffsetMs;
  const behindSec = Math.abs(edgeMs - endMs) / 1000;
  return behindSec < target.sec(playlist, buffer.stalls, nowMs) + JUMP_TO_LIVE_SEC ? endMs : null;
}
