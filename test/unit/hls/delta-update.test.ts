import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeDelta, skipSegments } from '../../../src/lib/hls/delta-update.ts';
import type { MediaPlaylist } from '../../../src/lib/hls/media-playlist.ts';

/** A playlist of finished segments, 2 s each. */
function playlistOf(first: number, count: number): MediaPlaylist {
  return {
    version: 9,
    targetDurationSec: 2,
    independentSegments: true,
    serverControl: { canBlockReload: true, partHoldBackSec: 1.5, holdBackSec: 6, canSkipUntilSec: 12 },
    partTargetSec: 0.5,
    mediaSequence: first,
    discontinuitySequence: 0,
    skippedSegments: 0,
    segments: Array.from({ length: count }, (_, index) => ({
      msn: first + index,
      uri: `${first + index}.m4s`,
      durationSec: 2,
      programDateTimeMs: null,
      gap: false,
      discontinuity: false,
      mapUri: 'init-a.mp4',
      parts: [],
    })),
    preloadHintUri: null,
    renditionReports: [],
    ended: false,
  };
}

test('a delta update keeps the segments within CAN-SKIP-UNTIL of the end', () => {
  const delta = skipSegments(playlistOf(100, 20));
  assert.equal(delta.skippedSegments, 14);
  assert.deepEqual(
    delta.segments.map(({ msn }) => msn),
    [114, 115, 116, 117, 118, 119],
  );
});

test('a short playlist is not shortened', () => {
  const playlist = playlistOf(100, 6);
  assert.equal(skipSegments(playlist), playlist);
});

test('a client that knows the skipped segments gets the full playlist back', () => {
  const newer = playlistOf(103, 20);
  assert.deepEqual(mergeDelta(playlistOf(100, 20), skipSegments(newer)), newer);
});

test('a client that misses some of the skipped segments is told so', () => {
  for (const older of [playlistOf(110, 20), playlistOf(80, 10)]) {
    assert.throws(() => mergeDelta(older, skipSegments(playlistOf(103, 20))), { code: 'NONCONFORMANT' });
  }
});
