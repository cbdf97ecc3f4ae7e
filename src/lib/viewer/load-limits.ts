/** How long a viewer waits for a file, and whether it tries again: as hls.js does with our settings (pure). */
import { StreamctlError } from '../base/errors.ts';
import type { MediaPlaylist } from '../hls/media-playlist.ts';
import { HLS_CONFIG } from '../player/hls-config.ts';
import { retryDelayMs } from '../player/retry-delay.ts';
import type { TimeLimits } from './connection.ts';
import type { FetchKind } from './viewer-fetch.ts';

const POLICIES = {
  multivariant: HLS_CONFIG.manifestLoadPolicy.default,
  playlist: HLS_CONFIG.playlistLoadPolicy.default,
  media: HLS_CONFIG.fragLoadPolicy.default,
} as const;

/** Limits of a request; hls.js lowers those of a low-latency playlist's reload (playlist-loader.ts of hls.js 1.7). */
export function loadLimits(kind: FetchKind, playlist: MediaPlaylist | null): TimeLimits {
  const { maxTimeToFirstByteMs: firstByteMs, maxLoadTimeMs: totalMs } = POLICIES[kind];
  if (kind !== 'playlist' || playlist?.partTargetSec == null) return { firstByteMs, totalMs };
  const { partTargetSec, targetDurationSec } = playlist;
  const lowMs = Math.min(1000 * Math.max(3 * partTargetSec, 0.8 * targetDurationSec), firstByteMs);
  return { firstByteMs: lowMs, totalMs: lowMs };
}

/** Milliseconds until a failed request is made again, after so many retries; null when it is given up. */
export function tryAgainMs(
  kind: FetchKind,
  { retries, insists }: { readonly retries: number; readonly insists: boolean },
  error: unknown,
): number | null {
  const status = error instanceof StreamctlError ? (error.details as { status?: number })?.status : undefined;
  const isLate = status === undefined && error instanceof StreamctlError && error.code === 'UNHEALTHY';
  return retryDelayMs(POLICIES[kind], retries, { isTimeout: isLate, status: status ?? 0, insists });
}
