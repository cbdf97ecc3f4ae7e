import type { StreamTimes } from './failure-times.ts';
import { HLS_CONFIG, type HlsSettings, type LoadPolicy } from './hls-config.ts';

/** Least time for an answer, milliseconds: two round trips of a bad mobile network. */
const LEAST_SILENCE_MS = 1000;
/** Seconds for what is not counted: finding out, connecting to the other pathway, a playlist and an init segment from there. */
const SPARE_SEC = 1;

/**
 * The settings for a page that plays with hls.js alone, without the hedged loader: it leaves a lost edge by the pathways of the
 * multivariant playlist, after its time-outs instead of 0.3 s, and appends anew from a key frame. So it times out sooner
 * and plays farther behind live, with enough in the buffer that none of this is seen:
 *
 *     behind live = part + 2 × time-out + segment + 1 s
 *
 * Two time-outs, since hls.js asks twice; a segment, since what it appends over the buffer is only clean when the playhead is not
 * in that segment yet. Where sound does not come apart hls.js tries the other renditions of the lost pathway first, and each of
 * them costs two time-outs more, which this does not cover.
 */
export function hlsConfigAlone({ partSec, targetDurationSec }: StreamTimes): HlsSettings & {
  readonly liveSyncDuration: number;
} {
  const silenceMs = Math.max(LEAST_SILENCE_MS, 2000 * partSec);
  return {
    ...HLS_CONFIG,
    /** Seconds behind live. */
    liveSyncDuration: partSec + (2 * silenceMs) / 1000 + targetDurationSec + SPARE_SEC,
    liveMaxUnchangedPlaylistRefresh: 2,
    playlistLoadPolicy: impatient(HLS_CONFIG.playlistLoadPolicy, silenceMs),
    fragLoadPolicy: impatient(HLS_CONFIG.fragLoadPolicy, silenceMs),
  };
}

function impatient({ default: policy }: LoadPolicy, silenceMs: number): LoadPolicy {
  return {
    default: {
      ...policy,
      maxTimeToFirstByteMs: silenceMs,
      // One more try, or a pause of the last pathway that is left would be the end.
      timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 1, retryDelayMs: 200, maxRetryDelayMs: 200 },
    },
  };
}
