import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lists, readDirectives, readPlaylistEdge } from '../../../src/lib/hedge/playlist-edge.ts';
import { PlaylistMemory } from '../../../src/lib/hedge/playlist-memory.ts';
import { trimPlaylist } from '../../../src/lib/hedge/trim-playlist.ts';
import { skipSegments } from '../../../src/lib/hls/delta-update.ts';
import { formatMediaPlaylist } from '../../../src/lib/hls/format-media-playlist.ts';
import type { MediaPlaylist } from '../../../src/lib/hls/media-playlist.ts';
import { parseMediaPlaylist } from '../../../src/lib/hls/parse-media-playlist.ts';

const PARTS = 4;

interface Shape {
  readonly first: number;
  readonly segments: number;
  /** Parts of the unfinished segment at the end. */
  readonly open: number;
  /** Segments before which there is a discontinuity, with a new map. */
  readonly cuts: readonly number[];
}

function playlist({ first, segments, open, cuts }: Shape): MediaPlaylist {
  const count = segments + (open > 0 ? 1 : 0);
  const parts = (msn: number, many: number) =>
    Array.from({ length: many }, (_, part) => ({
      uri: `${msn}.${part}.m4s`,
      durationSec: 0.5,
      independent: part === 0,
    }));
  let map = 0;
  return {
    version: 9,
    targetDurationSec: 2,
    independentSegments: true,
    serverControl: { canBlockReload: true, partHoldBackSec: 1.5, holdBackSec: 6, canSkipUntilSec: 12 },
    partTargetSec: 0.5,
    mediaSequence: first,
    discontinuitySequence: 3,
    skippedSegments: 0,
    segments: Array.from({ length: count }, (_, at) => {
      const discontinuity = at > 0 && cuts.includes(at);
      if (discontinuity) map += 1;
      const isOpen = at === segments;
      return {
        msn: first + at,
        uri: isOpen ? null : `${first + at}.m4s`,
        durationSec: isOpen ? open / 2 : 2,
        programDateTimeMs: 1_700_000_000_000 + (first + at) * 2000,
        discontinuity,
        mapUri: `init-${map}.mp4`,
        parts: at >= count - 3 ? parts(first + at, isOpen ? open : PARTS) : [],
      };
    }),
    preloadHintUri: 'next.m4s',
    renditionReports: [{ uri: '../audio/index.m3u8', lastMsn: 9, lastPart: 1 }],
    ended: false,
  };
}

const shapes = fc.record({
  first: fc.nat(1000),
  segments: fc.integer({ min: 1, max: 14 }),
  open: fc.nat(3),
  cuts: fc.array(fc.nat(13), { maxLength: 3 }),
});

test('the edge read from a text is that of the playlist, in full and as a delta update', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const full = playlist(shape);
      for (const each of [full, skipSegments(full)]) {
        const edge = readPlaylistEdge(formatMediaPlaylist(each));
        assert.deepEqual(
          [edge?.mediaSequence, edge?.nextMsn, edge?.nextPart, edge?.partTargetSec, edge?.targetDurationSec],
          [shape.first, shape.first + shape.segments, shape.open, 0.5, 2],
        );
        assert.equal(edge?.windowSec, shape.segments * 2);
      }
    }),
  );
});

test('what is no media playlist has no edge', () => {
  for (const text of ['', '<html>', '#EXTM3U\n', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n']) {
    assert.equal(readPlaylistEdge(text), null);
  }
});

test('a trimmed playlist has the segments from the wanted one on, with their map, time and discontinuities', () => {
  fc.assert(
    fc.property(shapes, fc.nat(12), (shape, cut) => {
      fc.pre(cut < shape.segments + (shape.open > 0 ? 1 : 0));
      const whole = playlist(shape);
      const from = shape.first + cut;
      const trimmed = parseMediaPlaylist(trimPlaylist(formatMediaPlaylist(whole), from));
      const removed = whole.segments.slice(0, cut);
      const expected = parseMediaPlaylist(formatMediaPlaylist(whole));
      assert.equal(trimmed.mediaSequence, from);
      assert.equal(
        trimmed.discontinuitySequence,
        3 + removed.filter(({ discontinuity }) => discontinuity).length,
      );
      assert.deepEqual(trimmed.segments, expected.segments.slice(cut));
      assert.deepEqual(trimmed.renditionReports, expected.renditionReports);
      assert.equal(trimmed.preloadHintUri, expected.preloadHintUri);
    }),
  );
});

test('a trimmed delta update skips fewer segments and lists the same', () => {
  fc.assert(
    fc.property(shapes, fc.nat(12), (shape, cut) => {
      fc.pre(cut < shape.segments);
      const delta = skipSegments(playlist(shape));
      const trimmed = parseMediaPlaylist(trimPlaylist(formatMediaPlaylist(delta), shape.first + cut));
      const listed = delta.segments.filter(({ msn }) => msn >= shape.first + cut).map(({ uri }) => uri);
      assert.equal(trimmed.mediaSequence, shape.first + cut);
      assert.equal(trimmed.skippedSegments, Math.max(0, delta.skippedSegments - cut));
      assert.deepEqual(
        trimmed.segments.map(({ uri }) => uri),
        listed,
      );
    }),
  );
});

test('a segment that had its time from the one before gets it when that is trimmed away', () => {
  const lines = [
    '#EXTM3U',
    '#EXT-X-TARGETDURATION:2',
    '#EXT-X-MEDIA-SEQUENCE:10',
    '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
    '#EXTINF:1.5,',
    'a.m4s',
    '#EXTINF:2,',
    'b.m4s',
    '',
  ];
  assert.match(trimPlaylist(lines.join('\n'), 11), /TIME:2026-01-01T00:00:01.500Z\n#EXTINF:2,\nb.m4s\n$/);
});

test('what a playlist lists satisfies the directives that ask for it, and no more', () => {
  const edge = readPlaylistEdge(
    formatMediaPlaylist(playlist({ first: 10, segments: 5, open: 2, cuts: [] })),
  )!;
  const asked = [
    '_HLS_msn=14',
    '_HLS_msn=15&_HLS_part=1',
    '_HLS_msn=15&_HLS_part=2',
    '_HLS_msn=15',
    '_HLS_msn=14&_HLS_part=9',
  ];
  const found = asked.map((query) => lists(edge, readDirectives(`/v/index.m3u8?${query}`)!));
  assert.deepEqual(found, [true, true, false, false, true]);
  assert.equal(readDirectives('/v/index.m3u8?_HLS_skip=YES'), null);
});

test('an answer is stale when it lacks the part asked for, went back, or stands still', () => {
  const memory = new PlaylistMemory();
  const text = (open: number) => formatMediaPlaylist(playlist({ first: 10, segments: 5, open, cuts: [] }));
  memory.take(text(2), 1000);
  const rows: [string, { open: number; asked: string | null; atMs: number }, string][] = [
    ['the part asked for', { open: 3, asked: '_HLS_msn=15&_HLS_part=2', atMs: 1500 }, 'fresh'],
    ['an old 200', { open: 2, asked: '_HLS_msn=15&_HLS_part=2', atMs: 1500 }, 'stale'],
    ['back', { open: 1, asked: null, atMs: 1100 }, 'stale'],
    ['the same, soon', { open: 2, asked: null, atMs: 1500 }, 'fresh'],
    ['the same, after three parts', { open: 2, asked: null, atMs: 2600 }, 'stale'],
  ];
  for (const [what, { open, asked, atMs }, expected] of rows) {
    const directives = asked === null ? null : readDirectives(`?${asked}`);
    assert.equal(memory.judge(text(open), directives, atMs).freshness, expected, what);
  }
  assert.equal(memory.judge('<html>', null, 0).freshness, 'malformed');
});

test('an end is the last that there is, unless the player has got further', () => {
  const memory = new PlaylistMemory();
  const live = (first: number, open: number) => playlist({ first, segments: 5, open, cuts: [] });
  const judge = (first: number, open: number, asked: string | null = null) => {
    const text = formatMediaPlaylist({ ...live(first, open), preloadHintUri: null, ended: true });
    return memory.judge(text, asked === null ? null : readDirectives(`?${asked}`), 1500).freshness;
  };
  assert.equal(judge(10, 2), 'fresh', 'a recording');
  memory.take(formatMediaPlaylist(live(1000, 2)), 1000);
  const next = '_HLS_msn=1005&_HLS_part=2';
  assert.equal(judge(1000, 3, next), 'fresh', 'the show is over');
  assert.equal(judge(1000, 2, next), 'fresh', 'without another part');
  assert.equal(judge(1000, 1, next), 'stale', 'as a replica says that came less far');
  for (const asked of [next, null]) assert.equal(judge(10, 2, asked), 'past', 'of an earlier show');
  memory.take(formatMediaPlaylist({ ...live(1000, 3), preloadHintUri: null, ended: true }), 2000);
  assert.equal(judge(1000, 1), 'fresh', 'the player knows that it is over');
});

test('a stream that counts anew on every pathway is taken as it is', () => {
  const memory = new PlaylistMemory();
  memory.take(formatMediaPlaylist(playlist({ first: 500, segments: 5, open: 0, cuts: [] })), 0);
  const anew = formatMediaPlaylist(playlist({ first: 0, segments: 5, open: 1, cuts: [] }));
  assert.equal(memory.take(anew, 1000), anew);
  assert.equal(memory.judge(anew, null, 1100).freshness, 'fresh');
});

test('an answer is due when what it waits for is made: a part on, or as far as was asked', () => {
  const memory = new PlaylistMemory();
  const due = (query: string, nowMs: number) => memory.dueMs(readDirectives(`?${query}`), nowMs);
  assert.equal(memory.dueMs(null, 0), 0);
  assert.equal(due('_HLS_msn=15&_HLS_part=2', 0), 1000, 'nothing is known yet');
  memory.take(formatMediaPlaylist(playlist({ first: 10, segments: 5, open: 2, cuts: [] })), 1000);
  assert.equal(due('_HLS_msn=15&_HLS_part=2', 1000), 500);
  assert.equal(due('_HLS_msn=15&_HLS_part=3', 1200), 800);
  assert.equal(due('_HLS_msn=15', 1000), 1000);
  assert.equal(due('_HLS_msn=99&_HLS_part=0', 1000), 6000, 'no longer than servers wait');
  assert.equal(due('_HLS_msn=30&_HLS_part=2', 31_000), 500, 'a rendition that was not played for long');
});
