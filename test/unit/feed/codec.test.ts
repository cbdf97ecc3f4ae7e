import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, FrameDecoder } from '../../../src/lib/feed/codec.ts';
import type { FeedMessage } from '../../../src/lib/feed/message.ts';

const init = (track: string): FeedMessage => ({ type: 'init', track, initId: 'abc' });

test('frames survive any way of cutting the bytes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ track: fc.string(), body: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (sent, cuts) => {
        const bytes = Buffer.concat(sent.map((frame) => encodeFrame(init(frame.track), frame.body)));
        const decoder = new FrameDecoder();
        const received = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % cuts.length]!;
          received.push(...decoder.push(bytes.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(
          received.map((frame) => ({ message: frame.message, body: [...frame.body] })),
          sent.map((frame) => ({ message: init(frame.track), body: [...frame.body] })),
        );
      },
    ),
  );
});

test('hostile bytes raise an error of ours or wait for more, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        new FrameDecoder().push(bytes);
      } catch (error) {
        assert.equal((error as Error).name, 'StreamctlError');
      }
    }),
  );
});
