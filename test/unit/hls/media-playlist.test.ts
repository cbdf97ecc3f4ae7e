import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatMediaPlaylist } from '../../../src/lib/hls/format-media-playlist.ts';
import type { MediaPlaylist } from '../../../src/lib/hls/media-playlist.ts';
import { parseMediaPlaylist } from '../../../src/lib/hls/parse-media-playlist.ts';
import { mediaPlaylist } from './playlist-arbitrary.ts';

const live: MediaPlaylist = {
  version: 9,
  targetDurationSec: 2,
  independentSegments: true,
  serverControl: { canBlockReload: true, partHoldBackSec: 1.5, holdBackSec: 6, canSkipUntilSec: 12 },
  partTargetSec: 0.5,
  mediaSequence: 897_000_000,
  discontinuitySequence: 1,
  skippedSegments: 0,
  segments: [
    {
      msn: 897_000_000,
      uri: '897000000.m4s',
      durationSec: 2,
      programDateTimeMs: 1_794_000_000_000,
      gap: false,
      discontinuity: false,
      mapUri: 'init-aaa.mp4',
      parts: [],
    },
    {
      msn: 897_000_001,
      uri: '897000001.m4s',
      durationSec: 0.98133,
      programDateTimeMs: 1_794_000_002_000,
      gap: false,
      discontinuity: true,
      mapUri: 'init-bbb.mp4',
      parts: [
        { uri: '897000001.0.m4s', durationSec: 0.5, independent: true },
        { uri: '897000001.1.m4s', durationSec: 0.48133, independent: false },
      ],
    },
    {
      msn: 897_000_002,
      uri: null,
      durationSec: 0.5,
      programDateTimeMs: 1_794_000_004_000,
      gap: false,
      discontinuity: false,
      mapUri: 'init-bbb.mp4',
      parts: [{ uri: '897000002.0.m4s', durationSec: 0.5, independent: true }],
    },
  ],
  preloadHintUri: '897000002.1.m4s',
  renditionReports: [{ uri: '../audio/index.m3u8', lastMsn: 897_000_002, lastPart: 0 }],
  ended: false,
};

test('a live playlist is formatted as in the golden file', () => {
  const golden = readFileSync(new URL('../../golden/hls/live.m3u8', import.meta.url), 'utf8');
  assert.equal(formatMediaPlaylist(live), golden);
});

test('parse gives back what format wrote', () => {
  assert.deepEqual(parseMediaPlaylist(formatMediaPlaylist(live)), live);
  fc.assert(
    fc.property(mediaPlaylist, (playlist) => {
      const parsed = parseMediaPlaylist(formatMediaPlaylist(playlist));
      assert.deepEqual(rounded(parsed), rounded(playlist));
    }),
  );
});

/** Sums of parts without their last bits. */
function rounded(playlist: MediaPlaylist): MediaPlaylist {
  const segments = playlist.segments.map((segment) => ({
    ...segment,
    durationSec: Number(segment.durationSec.toFixed(4)),
  }));
  return { ...playlist, segments };
}

test('a playlist of another vendor is read: CRLF, comments, unknown tags, dates with a zone', () => {
  const parsed = parseMediaPlaylist(
    [
      '#EXTM3U',
      '# a comment',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-CUSTOM:1',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-22T10:00:00.250+02:00',
      '#EXTINF:3.96,a title, with a comma',
      'https://cdn.example/a.ts',
      '#EXT-X-ENDLIST',
      '',
    ].join('\r\n'),
  );
  assert.equal(parsed.ended, true);
  assert.equal(parsed.segments.length, 1);
  assert.equal(parsed.segments[0]!.uri, 'https://cdn.example/a.ts');
  assert.equal(parsed.segments[0]!.durationSec, 3.96);
  assert.equal(parsed.segments[0]!.programDateTimeMs, Date.UTC(2026, 10, 22, 8, 0, 0, 250));
});

const tag = fc.constantFrom(
  '#EXTINF:',
  '#EXT-X-PART:',
  '#EXT-X-SKIP:',
  '#EXT-X-MAP:',
  '#EXT-X-TARGETDURATION:',
  '#EXT-X-PROGRAM-DATE-TIME:',
  '#EXT-X-SERVER-CONTROL:',
  '#EXT-X-RENDITION-REPORT:',
  '#EXT-X-MEDIA-SEQUENCE:',
  '',
);
const value = fc.oneof(fc.string(), fc.constantFrom('URI="a",DURATION=1', 'URI="', '1e999', '-1', 'NaN'));

test('hostile text is parsed or refused with an error of ours', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(tag, value)), (lines) => {
      const text = `#EXTM3U\n${lines.map((line) => line.join('')).join('\n')}`;
      try {
        parseMediaPlaylist(text);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'NONCONFORMANT');
      }
    }),
  );
});

for (const [name, text] of [
  ['an empty text', ''],
  ['an HTML page', '<html></html>'],
  ['a playlist without a target duration', '#EXTM3U\n#EXTINF:1,\na.m4s\n'],
  ['a multivariant playlist', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n'],
] as const) {
  test(`${name} is refused`, () => {
    assert.throws(() => parseMediaPlaylist(text), { code: 'NONCONFORMANT' });
  });
}
