import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { catchUpRate } from '../../../src/lib/viewer/catch-up-rate.ts';
import { Continuity } from '../../../src/lib/viewer/continuity.ts';
import { Quantiles } from '../../../src/lib/viewer/quantiles.ts';

test('Continuity counts the frames that are missing and those that come again', () => {
  const continuity = new Continuity();
  continuity.take({ decodeTime: 0, durationTicks: 30, frames: 3 });
  continuity.take({ decodeTime: 30, durationTicks: 30, frames: 3 });
  continuity.take({ decodeTime: 80, durationTicks: 30, frames: 3 });
  assert.deepEqual([continuity.missingFrames, continuity.repeatedFrames], [2, 0]);
  continuity.take({ decodeTime: 100, durationTicks: 30, frames: 3 });
  assert.deepEqual([continuity.missingFrames, continuity.repeatedFrames], [2, 1]);
});

test('Continuity lets rounding under half a frame pass', () => {
  const continuity = new Continuity();
  continuity.take({ decodeTime: 0, durationTicks: 3072, frames: 3 });
  continuity.take({ decodeTime: 3072 + 32, durationTicks: 3072, frames: 3 });
  assert.deepEqual([continuity.missingFrames, continuity.repeatedFrames], [0, 0]);
});

test('catchUpRate() speeds up only over the target and near it, with buffer, and never over the maximum', () => {
  const rows: readonly [number, number, number, number][] = [
    [0.04, 5, 1.1, 1],
    [0.2, 0.9, 1.1, 1],
    [0.2, 1.5, 1.1, 1.05],
    [3, 5, 1.1, 1.1],
    [3, 5, 1, 1],
    [3.5, 5, 1.1, 1],
  ];
  for (const [overTargetSec, bufferedSec, maxRate, expected] of rows) {
    assert.equal(catchUpRate({ overTargetSec, wishedOverSec: 3.5, bufferedSec, maxRate }), expected);
  }
});

test('Quantiles agree with the nearest rank of the sorted samples', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 5000 }), { minLength: 1 }), (samples) => {
      const quantiles = new Quantiles(1);
      for (const sample of samples) quantiles.add(sample);
      const sorted = samples.toSorted((a, b) => a - b);
      const rank = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
      assert.deepEqual(quantiles.summary(), {
        p50: rank(0.5),
        p95: rank(0.95),
        p99: rank(0.99),
        max: rank(1),
      });
    }),
  );
});

test('Quantiles of nothing are null', () => {
  assert.deepEqual(new Quantiles(1).summary(), { p50: null, p95: null, p99: null, max: null });
});
