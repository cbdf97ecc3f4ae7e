import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  onePathway,
  pathwayToBeginWith,
  steeringPriority,
  steeringUrl,
} from '../../../src/lib/player/one-pathway.ts';

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
  const manifest = { VERSION: 1, TTL: 10, 'PATHWAY-PRIORITY': ['eu', 'us'] };
  assert.deepEqual(steeringPriority(JSON.stringify(manifest)), ['eu', 'us']);
  assert.deepEqual(steeringPriority(manifest), ['eu', 'us'], 'as hls.js has it read');
  for (const other of [
    '',
    '[]',
    '{}',
    'null',
    '{"PATHWAY-PRIORITY":"eu"}',
    null,
    undefined,
    {},
    7,
    new ArrayBuffer(8),
  ])
    assert.deepEqual(steeringPriority(other), []);
});

test('our own edges say what is planned without regard to health, and that is followed', () => {
  const manifest = { 'PATHWAY-PRIORITY': ['eu', 'us'], 'X-STREAMCTL-PLANNED': ['us', 'eu'] };
  assert.deepEqual(steeringPriority(JSON.stringify(manifest)), ['us', 'eu']);
});

test('a playlist whose edge is full names another pathway to begin with', () => {
  const full = [HEAD[0], HEAD[1]!.replace('"us"', '"eu"'), ...variant('us', 'a'), ...variant('eu', 'b')];
  assert.equal(pathwayToBeginWith(full.join('\n')), 'eu');
  assert.equal(pathwayToBeginWith([...HEAD, ...variant('us', 'a')].join('\n')), null);
  assert.equal(pathwayToBeginWith(['#EXTM3U', ...variant('us', 'a')].join('\n')), null);
});

test('a steering server is told which edges the player really has', () => {
  const url = 'http://eu/steering.json?home=eu-2&bucket=7&_HLS_pathway=eu-2';
  const player = { home: 'us-2', inUse: 'eu-2', left: '' };
  const said = steeringUrl(url, player);
  assert.equal(said, 'http://eu/steering.json?home=us-2&bucket=7&_HLS_pathway=eu-2');
  assert.equal(steeringUrl('http://x/s.json', { ...player, left: 'us-2:late' }), 'http://x/s.json');
  assert.equal(steeringUrl(url, { home: '', inUse: '', left: '' }), url);
  assert.match(steeringUrl(url, { ...player, left: 'us-2:late' }), /&left=us-2%3Alate$/);
});
