import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/lib/base/clock.ts';
import { formatMediaPlaylist } from '../../../src/lib/hls/format-media-playlist.ts';
import { PlaylistCache } from '../../../src/lib/viewer/playlist-cache.ts';
import { type TrackEnd, TrackPlayer } from '../../../src/lib/viewer/track-player.ts';
import { statusError, type ViewerFetch } from '../../../src/lib/viewer/viewer-fetch.ts';
import { makeFragment, makeInit } from '../../support/fragment.ts';

const SEGMENT_SEC = 2;
const FRAMES = 60;
const LAST_MSN = 5;

/** An ended stream of segments 1 to 5, of which one answers 404. */
function streamWithout(lost: number): { fetch: ViewerFetch; asked: string[] } {
  const segments = Array.from({ length: LAST_MSN }, (_, at) => ({
    msn: at + 1,
    uri: `${at + 1}.m4s`,
    durationSec: SEGMENT_SEC,
    programDateTimeMs: (at + 1) * SEGMENT_SEC * 1000,
    discontinuity: false,
    mapUri: 'init.mp4',
    parts: [],
  }));
  const playlist = formatMediaPlaylist({
    version: 9,
    targetDurationSec: SEGMENT_SEC,
    independentSegments: true,
    serverControl: null,
    partTargetSec: null,
    mediaSequence: 1,
    discontinuitySequence: 0,
    skippedSegments: 0,
    segments,
    preloadHintUri: null,
    renditionReports: [],
    ended: true,
  });
  const durations = Array.from({ length: FRAMES }, () => 3000);
  const asked: string[] = [];
  const get = async (url: URL): Promise<Buffer> => {
    const file = url.pathname.split('/').at(-1)!;
    asked.push(file);
    if (file === 'index.m3u8') return Buffer.from(playlist);
    if (file === 'init.mp4') return makeInit(90_000);
    const msn = Number.parseInt(file, 10);
    if (msn === lost) throw statusError(url, 404);
    return makeFragment(msn * SEGMENT_SEC * 90_000, durations);
  };
  return { fetch: { get, interrupt: () => undefined, close: () => undefined }, asked };
}

interface Played {
  readonly end: TrackEnd;
  readonly startsMs: readonly number[];
  readonly missingFrames: number;
  readonly repeatedFrames: number;
}

async function play(
  fetch: ViewerFetch,
  {
    hasAlternate = false,
    continuesFromMs = null,
  }: { hasAlternate?: boolean; continuesFromMs?: number | null },
): Promise<Played> {
  const startsMs: number[] = [];
  const url = new URL('http://127.205.1.1/live/test/360p/index.m3u8');
  const { signal } = new AbortController();
  const track = new TrackPlayer(
    { kind: 'video', url, signal, continuesFromMs, hasAlternate },
    {
      clock: systemClock,
      fetch,
      playlists: new PlaylistCache(),
      onMedia: ({ startMs }) => startsMs.push(startMs),
      onError: () => undefined,
    },
  );
  await track.load();
  const end = await track.follow({ msn: 1, part: 0 });
  const { missingFrames, repeatedFrames } = track.continuity;
  return { end, startsMs, missingFrames, repeatedFrames };
}

test('a segment that cannot be had is left out when there is nothing else, and its frames are missing', async () => {
  const { fetch, asked } = streamWithout(3);
  const { end, startsMs, missingFrames } = await play(fetch, {});
  assert.deepEqual([end, startsMs, missingFrames], ['ended', [2000, 4000, 8000, 10_000], FRAMES]);
  assert.equal(asked.filter((file) => file === '3.m4s').length, 1);
});

test('a segment that cannot be had sends the player to another rendition when there is one', async () => {
  const { end, startsMs } = await play(streamWithout(3).fetch, { hasAlternate: true });
  assert.deepEqual([end, startsMs], ['lost', [2000, 4000]]);
});

test('the newest segment is asked for again and again before it is given up', async () => {
  const { fetch, asked } = streamWithout(LAST_MSN);
  const { end } = await play(fetch, {});
  assert.equal(end, 'lost');
  assert.equal(asked.filter((file) => file === '5.m4s').length, 3);
});

test('what lies between two starts is missing, what both have is not repeated', async () => {
  const early = await play(streamWithout(0).fetch, { continuesFromMs: 3000 });
  assert.deepEqual([early.missingFrames, early.repeatedFrames], [0, 0]);
  const late = await play(streamWithout(0).fetch, { continuesFromMs: 1000 });
  assert.deepEqual([late.missingFrames, late.repeatedFrames], [FRAMES / 2, 0]);
});
