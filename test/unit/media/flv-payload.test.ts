import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAvcConfig } from '../../../src/lib/media/avc-config.ts';
import { parseAudioPayload, parseVideoPayload } from '../../../src/lib/media/flv-payload.ts';
import { parseMetaData } from '../../../src/lib/media/script-data.ts';

/** x264's configuration of 426x240 at 25 frames a second, baseline profile. */
const AVCC_426X240 = '0142c015ffe100176742c015da06c7f93c0440000003004000000ca3c58ba801000468ce0fc8';

test('a video tag tells header from frame, key frames, and a signed composition time', () => {
  const frame = parseVideoPayload(Buffer.from([0x27, 1, 0xff, 0xff, 0xd8, 9, 9]));
  assert.deepEqual(frame, {
    ...{ codec: 'avc', kind: 'frame', key: false, compositionMs: -40, payload: Buffer.from([9, 9]) },
  });
  assert.equal(parseVideoPayload(Buffer.from([0x17, 0, 0, 0, 0, 1]))?.kind, 'header');
});

test('a video tag of Enhanced RTMP names its codec', () => {
  const tag = parseVideoPayload(Buffer.from([0x90, ...Buffer.from('hvc1'), 0]));
  assert.deepEqual([tag?.codec, tag?.kind], ['hvc1', 'header']);
});

test('an audio tag names its codec and tells the AAC header', () => {
  assert.deepEqual(parseAudioPayload(Buffer.from([0xaf, 0, 0x11])), { codec: 'aac', kind: 'header' });
  assert.deepEqual(parseAudioPayload(Buffer.from([0x2f, 1])), { codec: 'mp3', kind: 'frame' });
});

test('onMetaData yields its numbers, with or without @setDataFrame', () => {
  const text = (value: string) => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
  const number = Buffer.alloc(9);
  number.writeDoubleBE(29.97, 1);
  const object = [Buffer.from([8, 0, 0, 0, 1]), text('framerate'), number, Buffer.from([0, 0, 9])];
  const plain = Buffer.concat([Buffer.from([2]), text('onMetaData'), ...object]);
  const framed = Buffer.concat([Buffer.from([2]), text('@setDataFrame'), plain]);
  assert.deepEqual([...parseMetaData(plain)], [['framerate', 29.97]]);
  assert.deepEqual([...parseMetaData(framed)], [['framerate', 29.97]]);
});

test('an AVC configuration yields codecs, size and frame rate', () => {
  const config = parseAvcConfig(Buffer.from(AVCC_426X240, 'hex'));
  assert.deepEqual(config, { codecs: 'avc1.42c015', width: 426, height: 240, frameRate: 25 });
});

test('random bytes never make the readers throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      parseVideoPayload(bytes);
      parseAudioPayload(bytes);
      parseMetaData(bytes);
      parseMetaData(Buffer.from([2, 0, 10, ...Buffer.from('onMetaData'), 8, 0, 0, 0, 9, ...bytes]));
      parseAvcConfig(bytes);
      parseAvcConfig(Buffer.from([1, 66, 192, 13, 255, 225, 0, 60, ...bytes]));
    }),
    { numRuns: 500 },
  );
});
