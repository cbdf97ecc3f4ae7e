import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ClockWatch, watchClock } from '../../../src/lib/base/clock-watch.ts';
import { untilTold } from '../../../src/lib/base/until-told.ts';

const START_MS = 1_800_000_000_000;

/** A process that counts on from its start, on a machine whose clock a test sets. */
function startedNow(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const time = { passedMs: 0, setMs: 0 };
  const watch: ClockWatch = watchClock({
    counted: { nowMs: () => START_MS + time.passedMs },
    wall: { nowMs: () => START_MS + time.passedMs + time.setMs },
  });
  const seen: number[] = [];
  void watch.wasSet.then((aheadMs) => seen.push(aheadMs));
  const pass = async (sec: number): Promise<void> => {
    for (let count = 0; count < sec; count++) {
      time.passedMs += 1000;
      t.mock.timers.tick(1000);
      await Promise.resolve();
    }
  };
  return { time, watch, seen, pass };
}

for (const [setMs, told] of [
  [-600_000, 600_000],
  [-1501, 1501],
  [1501, -1501],
  [7_200_000, -7_200_000],
] as const) {
  test(`a clock that is set by ${setMs} ms is told at the second look`, async (t) => {
    const { time, watch, seen, pass } = startedNow(t);
    await pass(10);
    time.setMs = setMs;
    await pass(1);
    assert.deepEqual(seen, []);
    await pass(1);
    assert.deepEqual(seen, [told]);
    watch.close();
  });
}

test('a clock that is set by as little as half a second, or that was read late once, is left alone', async (t) => {
  const { time, watch, seen, pass } = startedNow(t);
  time.setMs = 1500;
  await pass(10);
  time.setMs = -1500;
  await pass(10);
  for (let count = 0; count < 5; count++) {
    time.setMs = 3000;
    await pass(1);
    time.setMs = 0;
    await pass(1);
  }
  assert.deepEqual(seen, []);
  watch.close();
});

test('a daemon whose machine’s clock was set ends with words that say so, and listens no more', async (t) => {
  const { time, watch, pass } = startedNow(t);
  const before = process.listenerCount('SIGTERM');
  const over = untilTold(watch);
  assert.equal(process.listenerCount('SIGTERM'), before + 1);
  time.setMs = -62_000;
  await pass(2);
  const failure = await over;
  assert.equal(failure?.code, 'ENVIRONMENT');
  assert.match(failure?.message ?? '', /the machine's clock was set back by 62\.0 s: .* starts anew/);
  assert.equal(process.listenerCount('SIGTERM'), before);
});

test('a process that was started just now agrees with its machine', () => {
  const aheadMs = performance.timeOrigin + performance.now() - Date.now();
  assert.ok(Math.abs(aheadMs) < 100, `${aheadMs} ms`);
});
