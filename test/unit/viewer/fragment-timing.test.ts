import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { parseFragmentTimings, parseTimescale } from '../../../src/lib/viewer/fragment-timing.ts';
import { makeFragment, makeInit } from '../../support/fragment.ts';

test('parseFragmentTimings() reads decode time, duration and frames, beyond 32 bits', () => {
  const [timing] = parseFragmentTimings(makeFragment(5_412_345_678_901, [3000, 3000, 3001]));
  assert.deepEqual(timing, { decodeTime: 5_412_345_678_901, durationTicks: 9001, frames: 3 });
});

test('parseFragmentTimings() reads every moof of a segment', () => {
  const segment = Buffer.concat([makeFragment(0, [10, 10]), makeFragment(20, [10])]);
  assert.deepEqual(
    parseFragmentTimings(segment).map((timing) => timing.decodeTime),
    [0, 20],
  );
});

test('parseTimescale() reads the track timescale of an init segment', () => {
  assert.equal(parseTimescale(makeInit(90_000)), 90_000);
});

test('damaged fragments are refused as NONCONFORMANT and never read beyond their end', () => {
  const good = makeFragment(1_000_000, [3000, 3000, 3000]);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
      const bytes = Buffer.from(good);
      bytes[at] = value;
      try {
        for (const timing of parseFragmentTimings(bytes.subarray(0, length))) assert.ok(timing.frames >= 0);
      } catch (error) {
        assert.ok(error instanceof StreamctlError && error.code === 'NONCONFORMANT', String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
