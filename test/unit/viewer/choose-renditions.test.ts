import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MultivariantPlaylist } from '../../../src/lib/hls/multivariant-playlist.ts';
import { chooseRenditions } from '../../../src/lib/viewer/choose-renditions.ts';

function variant(name: string, bandwidth: number) {
  const uri = `${name}/index.m3u8`;
  return { uri, bandwidth, codecs: null, width: null, height: null, frameRate: null, audioGroup: 'aac' };
}

const playlist: MultivariantPlaylist = {
  version: 9,
  independentSegments: true,
  variants: [variant('720p', 3_000_000), variant('240p', 400_000)],
  audio: [{ groupId: 'aac', name: 'sound', uri: 'audio/index.m3u8', isDefault: true }],
};

test('auto spreads viewers over the ladder, lowest share lowest', () => {
  const chosen = [0, 0.49, 0.5, 0.99].map(
    (share) => chooseRenditions(playlist, { rendition: 'auto', share })?.videoUri,
  );
  assert.deepEqual(chosen, ['240p/index.m3u8', '240p/index.m3u8', '720p/index.m3u8', '720p/index.m3u8']);
});

test('a name chooses its variant and the audio of its group', () => {
  assert.deepEqual(chooseRenditions(playlist, { rendition: '240p', share: 0.9 }), {
    videoUri: '240p/index.m3u8',
    audioUri: 'audio/index.m3u8',
    hasAlternate: true,
  });
});

test('a variant that was lost is stood in for by the one below it, then by the highest', () => {
  const ladder = {
    ...playlist,
    variants: [variant('720p', 3_000_000), variant('480p', 900_000), variant('240p', 400_000)],
  };
  const lost = new Set<string>();
  const seen = Array.from({ length: 4 }, () => {
    const chosen = chooseRenditions(ladder, { rendition: '480p', share: 0 }, lost);
    if (chosen !== null) lost.add(chosen.videoUri);
    return [chosen?.videoUri.split('/')[0], chosen?.hasAlternate];
  });
  assert.deepEqual(seen, [
    ['480p', true],
    ['240p', true],
    ['720p', false],
    [undefined, undefined],
  ]);
});

test('an unknown name is NOT_FOUND and the hint names what there is', () => {
  assert.throws(() => chooseRenditions(playlist, { rendition: '4k', share: 0 }), {
    code: 'NOT_FOUND',
    hint: 'Choose auto or one of: 720p, 240p.',
  });
});
