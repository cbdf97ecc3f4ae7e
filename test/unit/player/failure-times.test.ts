import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureTimes } from '../../../src/lib/player/failure-times.ts';
import { HLS_CONFIG } from '../../../src/lib/player/hls-config.ts';
import { hlsConfigAlone } from '../../../src/lib/player/hls-config-alone.ts';

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

test('without the loader every time fits into what is buffered, with a segment to spare', () => {
  for (const [partSec, targetDurationSec] of [
    [0.5, 2],
    [0.2, 1],
    [1, 4],
  ] as const) {
    const settings = hlsConfigAlone({ partSec, targetDurationSec });
    const bufferedMs = 1000 * (settings.liveSyncDuration - partSec - targetDurationSec);
    for (const { failure, worstMs } of failureTimes(settings, { partSec, targetDurationSec })) {
      // A file that hangs half-way takes hls.js its whole load time; stale playlists are refused by our edges.
      if (/hangs|old playlist/.test(failure)) continue;
      assert.ok(worstMs < bufferedMs, `${failure}: ${worstMs} ms of ${bufferedMs} ms`);
    }
  }
});

test('without the loader a blocking reload still has the time that a part takes, twice', () => {
  const { playlistLoadPolicy } = hlsConfigAlone({ partSec: 1, targetDurationSec: 4 });
  assert.equal(playlistLoadPolicy.default.maxTimeToFirstByteMs, 2000);
});

test('the settings survive JSON, so that any page can use what player-config prints', () => {
  const alone = hlsConfigAlone({ partSec: 0.5, targetDurationSec: 2 });
  for (const settings of [HLS_CONFIG, alone]) {
    assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
  }
});
