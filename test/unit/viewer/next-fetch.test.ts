import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MediaPlaylist, PlaylistPart, PlaylistSegment } from '../../../src/lib/hls/media-playlist.ts';
import {
  type Cursor,
  liveEdgeMs,
  planNextFetch,
  planStart,
  planStartAt,
} from '../../../src/lib/viewer/next-fetch.ts';

const PARTS = 4;
const PART_SEC = 0.5;

/** A playlist of segments of 2 s from MSN `first`, up to `edgeParts` parts after MSN 0; parts in the last two. */
function playlistAt(edgeParts: number, options: { first?: number; ended?: boolean } = {}): MediaPlaylist {
  const { first = 0, ended = false } = options;
  const lastMsn = Math.floor((edgeParts - 1) / PARTS);
  const segments: PlaylistSegment[] = [];
  for (let msn = first; msn <= lastMsn; msn += 1) {
    const count = Math.min(PARTS, edgeParts - msn * PARTS);
    const parts = msn >= lastMsn - 2 ? partsOf(msn, count) : [];
    segments.push({
      msn,
      uri: count === PARTS ? `${msn}.m4s` : null,
      durationSec: count * PART_SEC,
      programDateTimeMs: msn * PARTS * PART_SEC * 1000,
      discontinuity: false,
      mapUri: 'init.mp4',
      parts,
    });
  }
  return {
    version: 9,
    targetDurationSec: 2,
    independentSegments: true,
    serverControl: { canBlockReload: true, partHoldBackSec: 1.5, holdBackSec: 6, canSkipUntilSec: 12 },
    partTargetSec: PART_SEC,
    mediaSequence: first,
    discontinuitySequence: 0,
    skippedSegments: 0,
    segments,
    preloadHintUri: null,
    renditionReports: [],
    ended,
  };
}

function partsOf(msn: number, count: number): PlaylistPart[] {
  return Array.from({ length: count }, (_, part) => ({
    uri: `${msn}.${part}.m4s`,
    durationSec: PART_SEC,
    independent: part === 0,
  }));
}

test('a start is the last independent part at or before the hold-back, playing from the hold-back', () => {
  const start = planStart(playlistAt(4 * PARTS + 2));
  assert.deepEqual(start, { cursor: { msn: 3, part: 0 }, playFromMs: 7500 });
});

test('a start at a time before the window is its beginning', () => {
  const start = planStartAt(playlistAt(20, { first: 3 }), 0);
  assert.deepEqual(start, { cursor: { msn: 3, part: 0 }, playFromMs: 6000 });
});

test('there is no start in a playlist without media', () => {
  assert.equal(planStart({ ...playlistAt(4), segments: [] }), null);
});

test('the live edge is the end of the last part', () => {
  assert.equal(liveEdgeMs(playlistAt(4 * PARTS + 3)), 9500);
});

const rows: readonly [string, Cursor, object][] = [
  ['a listed part', { msn: 4, part: 1 }, { kind: 'media', uri: '4.1.m4s', startsAtMs: 8500 }],
  [
    'a segment without parts',
    { msn: 1, part: 0 },
    { kind: 'media', uri: '1.m4s', next: { msn: 2, part: 0 } },
  ],
  ['the next segment after the last part', { msn: 3, part: 4 }, { kind: 'media', uri: '4.0.m4s' }],
  ['a reload for a part not there yet', { msn: 4, part: 2 }, { kind: 'reload', cursor: { msn: 4, part: 2 } }],
  ['a reload for the next segment', { msn: 5, part: 0 }, { kind: 'reload', cursor: { msn: 5, part: 0 } }],
  ['gone: before the window', { msn: 0, part: 0 }, { kind: 'gone' }],
  ['gone: inside a segment whose parts are no longer listed', { msn: 1, part: 2 }, { kind: 'gone' }],
  ['gone: numbering went back', { msn: 90, part: 0 }, { kind: 'gone' }],
];
for (const [what, cursor, expected] of rows) {
  test(`planNextFetch() gives ${what}`, () => {
    assert.partialDeepStrictEqual(planNextFetch(playlistAt(18, { first: 1 }), cursor), expected);
  });
}

test('a gap is not asked for, and nothing begins in one', () => {
  const playlist = playlistAt(20);
  const segments = playlist.segments.map((one) => (one.msn === 2 ? { ...one, gap: true, parts: [] } : one));
  const holed = { ...playlist, segments };
  assert.partialDeepStrictEqual(planNextFetch(holed, { msn: 2, part: 0 }), {
    uri: '3.0.m4s',
    next: { msn: 3, part: 1 },
  });
  assert.deepEqual(planStartAt(holed, 5000)?.cursor, { msn: 1, part: 0 });
});

test('an ended playlist ends after its last part', () => {
  assert.deepEqual(planNextFetch(playlistAt(16, { ended: true }), { msn: 4, part: 0 }), { kind: 'ended' });
});

test('an ended playlist ends after the parts of an unfinished segment', () => {
  assert.deepEqual(planNextFetch(playlistAt(18, { ended: true }), { msn: 4, part: 2 }), { kind: 'ended' });
});

test('a viewer that reloads whenever it must gets every part once and in order', () => {
  const edges = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(edges, (steps) => {
      let edge = 12;
      let cursor: Cursor = { msn: 1, part: 0 };
      const taken: string[] = [];
      for (const step of steps) {
        edge += step;
        for (;;) {
          const plan = planNextFetch(playlistAt(edge), cursor);
          if (plan.kind !== 'media') break;
          taken.push(plan.uri);
          cursor = plan.next;
        }
      }
      const expected = Array.from({ length: edge - 4 }, (_, i) => {
        const part = i + 4;
        return `${Math.floor(part / PARTS)}.${part % PARTS}.m4s`;
      });
      // Whole segments count as their parts.
      const flat = taken.flatMap((uri) => {
        const whole = /^(\d+)\.m4s$/.exec(uri);
        return whole === null ? [uri] : Array.from({ length: PARTS }, (_, part) => `${whole[1]}.${part}.m4s`);
      });
      assert.deepEqual(flat, expected);
    }),
  );
});
