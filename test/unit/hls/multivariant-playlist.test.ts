import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatMultivariantPlaylist,
  type MultivariantPlaylist,
  parseMultivariantPlaylist,
} from '../../../src/lib/hls/multivariant-playlist.ts';

const playlist: MultivariantPlaylist = {
  version: 9,
  independentSegments: true,
  audio: [{ groupId: 'audio', name: 'Main', uri: 'audio/index.m3u8', isDefault: true }],
  variants: [
    {
      uri: '720p/index.m3u8',
      bandwidth: 2_928_000,
      codecs: 'avc1.42c01f,mp4a.40.2',
      width: 1280,
      height: 720,
      frameRate: 29.97,
      audioGroup: 'audio',
    },
    {
      uri: '240p/index.m3u8',
      bandwidth: 528_000,
      codecs: 'avc1.42c015,mp4a.40.2',
      width: null,
      height: null,
      frameRate: null,
      audioGroup: null,
    },
  ],
};

test('a multivariant playlist is formatted as in the golden file', () => {
  const golden = readFileSync(new URL('../../golden/hls/multivariant.m3u8', import.meta.url), 'utf8');
  assert.equal(formatMultivariantPlaylist(playlist), golden);
});

test('parse gives back what format wrote', () => {
  assert.deepEqual(parseMultivariantPlaylist(formatMultivariantPlaylist(playlist)), playlist);
});

test('a quoted value may hold commas, an unquoted one ends at the comma', () => {
  const parsed = parseMultivariantPlaylist(
    '#EXTM3U\n#EXT-X-STREAM-INF:CODECS="a,b",BANDWIDTH=12,FRAME-RATE=25.000\nv.m3u8\n',
  );
  assert.deepEqual(
    parsed.variants.map(({ codecs, bandwidth, frameRate }) => [codecs, bandwidth, frameRate]),
    [['a,b', 12, 25]],
  );
});

test('hostile text is parsed or refused with an error of ours', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (attributes, uris) => {
      const lines = attributes.map((text, index) => `#EXT-X-STREAM-INF:${text}\n${uris[index] ?? ''}`);
      try {
        parseMultivariantPlaylist(`#EXTM3U\n${lines.join('\n')}`);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'NONCONFORMANT');
      }
    }),
  );
});
