import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onePathway, steeringPriority } from '../../../src/lib/player/one-pathway.ts';

const HEAD = ['#EXTM3U', '#EXT-X-CONTENT-STEERING:SERVER-URI="/steering.json",PATHWAY-ID="us"'];
const variant = (pathway: string, group: string) => [
  `#EXT-X-STREAM-INF:BANDWIDTH=800000,AUDIO="${group}",PATHWAY-ID="${pathway}"`,
  `http://${pathway}/v/index.m3u8`,
];
const audio = (group: string) =>
  `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="${group}",NAME="sound",URI="${group}.m3u8"`;
const captions = '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="words",INSTREAM-ID="CC1"';

test('of several pathways the first is shown, with its own sound', () => {
  const text = [
    ...HEAD,
    audio('a-us'),
    audio('a-eu'),
    captions,
    ...variant('us', 'a-us'),
    ...variant('eu', 'a-eu'),
    '',
  ];
  const expected = [...HEAD, audio('a-us'), captions, ...variant('us', 'a-us'), ''];
  assert.equal(onePathway(text.join('\n')), expected.join('\n'));
});

test('a playlist of one pathway, or none, is left as it is', () => {
  for (const lines of [
    [...HEAD, audio('a'), ...variant('us', 'a')],
    ['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=1', 'v.m3u8'],
    ['#EXTM3U', '#EXT-X-TARGETDURATION:2'],
  ]) {
    assert.equal(onePathway(lines.join('\n')), lines.join('\n'));
  }
});

test('the priority is read from a steering manifest, and from nothing else', () => {
  assert.deepEqual(steeringPriority('{"VERSION":1,"TTL":10,"PATHWAY-PRIORITY":["eu","us"]}'), ['eu', 'us']);
  for (const text of ['', '[]', '{}', '{"PATHWAY-PRIORITY":"eu"}'])
    assert.deepEqual(steeringPriority(text), []);
});
