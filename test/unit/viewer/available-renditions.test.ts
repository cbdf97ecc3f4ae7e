import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMultivariantPlaylist } from '../../../src/lib/hls/multivariant-playlist.ts';
import { withPathways } from '../../../src/lib/hls/with-pathways.ts';
import { AvailableRenditions } from '../../../src/lib/viewer/available-renditions.ts';

const variant = { codecs: null, width: null, height: null, frameRate: null, audioGroup: 'aac' };
const playlist = {
  version: 9,
  independentSegments: true,
  audio: [{ groupId: 'aac', name: 'sound', uri: 'audio/index.m3u8', isDefault: true }],
  variants: [
    { ...variant, uri: '480p/index.m3u8', bandwidth: 900_000 },
    { ...variant, uri: '240p/index.m3u8', bandwidth: 400_000 },
  ],
};
const text = formatMultivariantPlaylist(
  withPathways(playlist, {
    home: 'us-1',
    others: [{ name: 'eu-1', baseUri: 'http://eu/' }],
    first: 'us-1',
    serverUri: 'steering.json',
  }),
);
const choice = { rendition: '480p', share: 0 };

function available(followsPathways: boolean): AvailableRenditions {
  const renditions = new AvailableRenditions({ followsPathways });
  renditions.take(text);
  return renditions;
}

test('without the loader the variants of a pathway are lost one by one, then the next pathway is played', () => {
  const renditions = available(true);
  const seen: (string | undefined)[] = [];
  for (let at = 0; at < 5; at += 1) {
    const chosen = renditions.choose(choice);
    seen.push(chosen?.videoUri);
    if (chosen !== null) renditions.loseVideo(chosen);
  }
  assert.deepEqual(seen, [
    '480p/index.m3u8',
    '240p/index.m3u8',
    'http://eu/480p/index.m3u8',
    'http://eu/240p/index.m3u8',
    undefined,
  ]);
});

test('lost sound takes the whole pathway with it, and the next one has sound of its own', () => {
  const renditions = available(true);
  assert.equal(renditions.choose(choice)?.hasOtherSound, true);
  renditions.loseSound();
  const chosen = renditions.choose(choice);
  assert.deepEqual(
    [chosen?.videoUri, chosen?.audioUri, chosen?.hasOtherSound],
    ['http://eu/480p/index.m3u8', 'http://eu/audio/index.m3u8', false],
  );
});

test('with the loader there is one pathway, and a new player has lost nothing', () => {
  const renditions = available(false);
  assert.equal(renditions.choose(choice)?.hasOtherSound, false);
  renditions.loseSound();
  assert.equal(renditions.choose(choice), null);
  renditions.forget();
  assert.equal(renditions.isKnown, false);
  renditions.take(text);
  assert.equal(renditions.choose(choice)?.videoUri, '480p/index.m3u8');
});
