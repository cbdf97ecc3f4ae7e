import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureTimes } from '../../../src/lib/player/failure-times.ts';
import { HLS_CONFIG } from '../../../src/lib/player/hls-config.ts';

test('every failure has a time that is finite, and an explanation', () => {
  const times = failureTimes(HLS_CONFIG, { partSec: 0.5, targetDurationSec: 2 });
  assert.ok(times.length >= 6);
  for (const { worstMs, explanation } of times) {
    assert.ok(Number.isFinite(worstMs) && worstMs >= 0);
    assert.match(explanation, /\.$/);
  }
});

test('the times are those of the policies', () => {
  const times = failureTimes(HLS_CONFIG, { partSec: 0.5, targetDurationSec: 2 });
  assert.deepEqual(
    times.map(({ worstMs }) => worstMs),
    [0, 600, 600, 3200, 3000, 8000, 4600],
  );
  assert.deepEqual(
    times.map(({ hedgedMs }) => hedgedMs),
    [100, 100, 100, 900, 400, 700, 100],
  );
});

test('a blocking reload is given three parts when that is longer than most of a segment', () => {
  const times = failureTimes(HLS_CONFIG, { partSec: 0.6, targetDurationSec: 1 });
  assert.equal(times.find(({ failure }) => failure.includes('blocking'))?.worstMs, 3600);
});

test('the settings survive JSON, so that any page can use what player-config prints', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(HLS_CONFIG)), HLS_CONFIG);
});
