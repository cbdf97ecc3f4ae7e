import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FlvParser, type FlvTag, formatFlvHeader, formatFlvTag } from '../../../src/lib/media/flv.ts';

const tagArbitrary = fc.record({
  type: fc.constantFrom('audio', 'video', 'script'),
  timestampMs: fc.nat({ max: 0xffffffff }),
  data: fc.uint8Array({ maxLength: 300 }),
});

function inPieces(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

test('tags survive formatting and parsing however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(tagArbitrary), fc.integer({ min: 1, max: 500 }), (tags, size) => {
      const bytes = Buffer.concat([formatFlvHeader({ audio: true, video: true }), ...tags.map(formatFlvTag)]);
      const parser = new FlvParser();
      const parsed = inPieces(bytes, size).flatMap((piece) => parser.push(piece));
      assert.deepEqual(
        parsed.map(({ type, timestampMs, data }) => ({ type, timestampMs, data: Uint8Array.from(data) })),
        tags.map((tag) => ({ ...tag, data: Uint8Array.from(tag.data) })),
      );
    }),
  );
});

test('hostile bytes raise an error of ours or wait for more, never anything else', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .uint8Array({ maxLength: 200 })
      .map((rest) => Buffer.concat([formatFlvHeader({ audio: true, video: true }), rest])),
  );
  fc.assert(
    fc.property(hostile, (bytes) => {
      try {
        new FlvParser().push(bytes);
      } catch (error) {
        assert.equal((error as Error).name, 'StreamctlError');
      }
    }),
  );
});

const kinds: [string, FlvTag['type'], number[], 'key frame' | 'sequence header' | 'neither'][] = [
  ['AVC sequence header', 'video', [0x17, 0, 0, 0, 0], 'sequence header'],
  ['AVC key frame', 'video', [0x17, 1, 0, 0, 0], 'key frame'],
  ['AVC inter frame', 'video', [0x27, 1, 0, 0, 0], 'neither'],
  ['AVC end of sequence', 'video', [0x17, 2, 0, 0, 0], 'neither'],
  ['enhanced HEVC sequence start', 'video', [0x90, ...Buffer.from('hvc1')], 'sequence header'],
  ['enhanced HEVC key frame', 'video', [0x93, ...Buffer.from('hvc1')], 'key frame'],
  ['enhanced AV1 inter frame', 'video', [0xa1, ...Buffer.from('av01')], 'neither'],
  ['Sorenson key frame', 'video', [0x12, 0], 'key frame'],
  ['AAC sequence header', 'audio', [0xaf, 0, 0x12, 0x10], 'sequence header'],
  ['AAC frame', 'audio', [0xaf, 1, 0x21], 'neither'],
  ['MP3 frame', 'audio', [0x2f, 0], 'neither'],
  ['empty video tag', 'video', [], 'neither'],
];
for (const [name, type, data, kind] of kinds) {
  test(`${name} is ${kind === 'neither' ? 'neither key frame nor sequence header' : `a ${kind}`}`, () => {
    const parser = new FlvParser();
    parser.push(formatFlvHeader({ audio: true, video: true }));
    const [tag] = parser.push(formatFlvTag({ type, timestampMs: 0, data: Uint8Array.from(data) }));
    assert.equal(tag?.isKeyFrame, kind === 'key frame');
    assert.equal(tag?.isSequenceHeader, kind === 'sequence header');
  });
}
