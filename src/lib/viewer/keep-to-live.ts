import { JUMP_TO_LIVE_SEC } from '../player/hls-config.ts';
import type { BufferModel } from './buffer-model.ts';
import { catchUpRate } from './catch-up-rate.ts';
import type { TargetLatency } from './target-latency.ts';
import type { TrackPlayer } from './track-player.ts';

export interface KeepToLiveInput {
  /** The video, whose playlist tells the live edge. */
  readonly track: TrackPlayer;
  readonly target: TargetLatency;
  /** Program date time minus media time, milliseconds. */
  readonly dateOffsetMs: number;
  readonly maxRate: number;
  readonly nowMs: number;
}

/** Media that a jump to live leaves in the buffer. */
const MIN_KEPT_MS = 1000;

/** Brings a player back to its target latency, as the player page and hls.js do: a little faster, or with a jump when far off. */
export function keepToLive(buffer: BufferModel, input: KeepToLiveInput): void {
  const { track, target, dateOffsetMs, maxRate, nowMs } = input;
  const { edge, playlist } = track;
  if (edge === null || playlist === null) return;
  buffer.advance(nowMs);
  const edgeNowMs = edge.endsAtMs + (nowMs - edge.seenAtMs);
  const targetSec = target.sec(playlist, buffer.stalls, nowMs);
  const overTargetSec = (edgeNowMs - buffer.playheadMs - dateOffsetMs) / 1000 - targetSec;
  if (overTargetSec > JUMP_TO_LIVE_SEC) buffer.skipForward(overTargetSec * 1000, MIN_KEPT_MS);
  const bufferedSec = buffer.aheadMs / 1000;
  const wishedOverSec = targetSec + playlist.targetDurationSec;
  buffer.rate = catchUpRate({ overTargetSec, wishedOverSec, bufferedSec, maxRate });
}
