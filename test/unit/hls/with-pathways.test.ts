import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatMultivariantPlaylist,
  type MultivariantPlaylist,
  parseMultivariantPlaylist,
} from '../../../src/lib/hls/multivariant-playlist.ts';
import { onlyPathway, withPathways } from '../../../src/lib/hls/with-pathways.ts';

const shape = { codecs: null, width: null, height: null, frameRate: null, audioGroup: 'audio' };
const PLAIN: MultivariantPlaylist = {
  version: 9,
  independentSegments: true,
  audio: [{ groupId: 'audio', name: 'Main', uri: 'a/index.m3u8', isDefault: true }],
  variants: [
    { uri: 'high/index.m3u8', bandwidth: 2_000_000, ...shape },
    { uri: 'low/index.m3u8', bandwidth: 500_000, ...shape },
  ],
};
const WAYS = {
  home: 'us-2',
  others: [
    { name: 'eu-2', baseUri: 'http://127.1.2.2:8080/live/demo/' },
    { name: 'ap-2', baseUri: 'http://127.1.3.2:8080/live/demo/' },
  ],
  first: 'us-2',
  serverUri: 'steering.json?home=us-2',
};

test('every rendition is there once for each pathway, home first and with relative addresses', () => {
  const { variants, audio } = withPathways(PLAIN, WAYS);
  assert.deepEqual(
    variants.map(({ uri, pathwayId, audioGroup }) => [uri, pathwayId, audioGroup]),
    [
      ['high/index.m3u8', 'us-2', 'audio'],
      ['low/index.m3u8', 'us-2', 'audio'],
      ['http://127.1.2.2:8080/live/demo/high/index.m3u8', 'eu-2', 'audio-eu-2'],
      ['http://127.1.2.2:8080/live/demo/low/index.m3u8', 'eu-2', 'audio-eu-2'],
      ['http://127.1.3.2:8080/live/demo/high/index.m3u8', 'ap-2', 'audio-ap-2'],
      ['http://127.1.3.2:8080/live/demo/low/index.m3u8', 'ap-2', 'audio-ap-2'],
    ],
  );
  assert.deepEqual(
    audio.map(({ groupId, uri }) => [groupId, uri]),
    [
      ['audio', 'a/index.m3u8'],
      ['audio-eu-2', 'http://127.1.2.2:8080/live/demo/a/index.m3u8'],
      ['audio-ap-2', 'http://127.1.3.2:8080/live/demo/a/index.m3u8'],
    ],
  );
});

test('what is formatted is read back, with the steering server and the pathway to begin with', () => {
  const playlist = withPathways(PLAIN, { ...WAYS, first: 'eu-2' });
  const text = formatMultivariantPlaylist(playlist);
  assert.match(text, /^#EXT-X-CONTENT-STEERING:SERVER-URI="steering.json\?home=us-2",PATHWAY-ID="eu-2"$/m);
  assert.deepEqual(parseMultivariantPlaylist(text), playlist);
});

test('one pathway alone is the playlist as it was, under its own name', () => {
  const playlist = withPathways(PLAIN, WAYS);
  const home = onlyPathway(playlist);
  assert.deepEqual(
    home.variants.map(({ uri }) => uri),
    PLAIN.variants.map(({ uri }) => uri),
  );
  assert.deepEqual(home.audio, PLAIN.audio);
  assert.equal(onlyPathway(playlist, 'ap-2').audio[0]?.groupId, 'audio-ap-2');
  assert.deepEqual(onlyPathway(PLAIN), PLAIN);
});
