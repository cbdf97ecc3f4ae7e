import { StreamctlError } from '../base/errors.ts';
import type { MediaPlaylist } from './media-playlist.ts';

/**
 * The delta update of a playlist (RFC 8216bis section 6.2.5.1): the segments farther from its end than
 * CAN-SKIP-UNTIL are replaced by EXT-X-SKIP. Returns the playlist itself when nothing can be skipped.
 */
export function skipSegments(playlist: MediaPlaylist): MediaPlaylist {
  const untilSec = playlist.serverControl?.canSkipUntilSec ?? null;
  if (untilSec === null || playlist.skippedSegments > 0) return playlist;
  let remainingSec = playlist.segments.reduce((sum, segment) => sum + segment.durationSec, 0);
  let skipped = 0;
  for (const segment of playlist.segments) {
    remainingSec -= segment.durationSec;
    if (remainingSec < untilSec) break;
    skipped += 1;
  }
  if (skipped === 0) return playlist;
  return { ...playlist, skippedSegments: skipped, segments: playlist.segments.slice(skipped) };
}

/**
 * The full playlist that a delta update stands for, given the one the client had. Throws NONCONFORMANT when the
 * older one does not hold every skipped segment; the client then has to load a full playlist.
 */
export function mergeDelta(older: MediaPlaylist, delta: MediaPlaylist): MediaPlaylist {
  if (delta.skippedSegments === 0) return delta;
  const from = delta.mediaSequence - older.mediaSequence - older.skippedSegments;
  const kept = older.segments.slice(Math.max(0, from), Math.max(0, from) + delta.skippedSegments);
  if (from < 0 || kept.length < delta.skippedSegments || kept.some((segment) => segment.uri === null)) {
    throw new StreamctlError(
      'NONCONFORMANT',
      `delta update skips ${delta.skippedSegments} segments from MSN ${delta.mediaSequence}, not all are known`,
    );
  }
  const segments = [...kept.map((segment) => ({ ...segment, parts: [] })), ...delta.segments];
  return { ...delta, skippedSegments: 0, segments };
}
