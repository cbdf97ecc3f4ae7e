import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HangWatch } from '../../../src/lib/pipeline/hang-watch.ts';

const silent = (ms: number, { ranMs = ms, hasOutput = true } = {}) => ({
  ...{ ranMs, hasOutput, sinceOutputMs: ms, lagMs: ms },
});

/** After how many milliseconds of silence it is killed. */
function killedAfter(watch: HangWatch, { hasOutput = true } = {}): number {
  for (let ms = 0; ms < 100_000; ms += 50) if (watch.mustKill(silent(ms, { hasOutput, ranMs: 0 }))) return ms;
  return Number.POSITIVE_INFINITY;
}

test('an encoder that gives out nothing is killed after 2 s, one that has just started after 5 s', () => {
  assert.equal(killedAfter(new HangWatch()), 2050);
  assert.equal(killedAfter(new HangWatch(), { hasOutput: false }), 5050);
});

test('nothing is wrong with an encoder that was fed nothing', () => {
  assert.equal(new HangWatch().mustKill({ ...silent(60_000), lagMs: 0 }), false);
});

test('each kill gives the next encoder twice the time, up to eight times', () => {
  const watch = new HangWatch();
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => killedAfter(watch)),
    [2050, 4050, 8050, 16_050, 16_050],
  );
});

test('an encoder that works for ten seconds brings the first limits back', () => {
  const watch = new HangWatch();
  killedAfter(watch);
  assert.equal(watch.mustKill(silent(3000, { ranMs: 9000 })), false);
  assert.equal(watch.mustKill(silent(3000, { ranMs: 11_000 })), true);
});
