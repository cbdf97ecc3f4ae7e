import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatStreamKey,
  hashStreamKey,
  STREAM_KEY_RANDOM_BYTES,
} from '../../../src/lib/store/stream-key.ts';

test('a stream key carries its stream and 160 bits', () => {
  assert.equal(STREAM_KEY_RANDOM_BYTES * 8, 160);
  const random = new Uint8Array(STREAM_KEY_RANDOM_BYTES).fill(255);
  assert.equal(formatStreamKey('demo', random), `sk_demo_${'z'.repeat(32)}`);
  random[STREAM_KEY_RANDOM_BYTES - 1] = 0xe0;
  assert.equal(formatStreamKey('demo', random), `sk_demo_${'z'.repeat(31)}0`);
});

test('different random bytes give different keys that are safe in URLs', () => {
  const bytes = fc.uint8Array({ minLength: STREAM_KEY_RANDOM_BYTES, maxLength: STREAM_KEY_RANDOM_BYTES });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      assert.match(formatStreamKey('a', a), /^sk_a_[0-9a-hjkmnp-tv-z]{32}$/);
      const same = Buffer.compare(a, b) === 0;
      assert.equal(formatStreamKey('a', a) === formatStreamKey('a', b), same);
    }),
  );
});

test('the stored hash is HMAC-SHA256 under the secret', () => {
  // RFC 4231, test case 2.
  assert.equal(
    hashStreamKey('what do ya want for nothing?', 'Jefe'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});
