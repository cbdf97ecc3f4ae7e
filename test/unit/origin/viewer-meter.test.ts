import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ViewerMeter } from '../../../src/lib/origin/viewer-meter.ts';

const START_MS = 1_800_000_000_000;
const PART_SEC = 0.5;

/** Viewers who ask for a playlist each part, for so long. Returns when they asked last. */
function watch(meter: ViewerMeter, viewers: number, { fromMs = START_MS, sec = 20 } = {}): number {
  for (let at = 0; at < sec * 1000; at += PART_SEC * 1000) {
    for (let viewer = 0; viewer < viewers; viewer++) meter.add(PART_SEC, fromMs + at);
  }
  return fromMs + (sec - PART_SEC) * 1000;
}

test('those who ask once a part are counted, from the first seconds on', () => {
  for (const sec of [1, 3, 8, 20]) {
    const meter = new ViewerMeter();
    const endMs = watch(meter, 20, { sec });
    const count = meter.count(endMs);
    assert.ok(count >= 13 && count <= 21, `${count} after ${sec} s`);
  }
});

test('who was seen before, without being counted, changes nothing', () => {
  const meter = new ViewerMeter();
  meter.see(START_MS - 100);
  assert.equal(meter.count(START_MS), 0);
  assert.equal(meter.count(watch(meter, 20)), 20);
});

test('who comes after a pause is counted from then on, and who has gone no longer', () => {
  const meter = new ViewerMeter();
  const endMs = watch(meter, 20);
  assert.equal(meter.count(endMs + 11_000), 0);
  meter.see(endMs + 30_000);
  const againMs = watch(meter, 7, { fromMs: endMs + 31_000, sec: 4 });
  assert.ok(Math.abs(meter.count(againMs) - 7) <= 1, `${meter.count(againMs)}`);
});

test('those who have just begun are expected whole, and not twice once they are counted', () => {
  const meter = new ViewerMeter();
  watch(meter, 1, { sec: 20 });
  const beginMs = START_MS + 20_000;
  for (let viewer = 0; viewer < 100; viewer++) meter.join(beginMs);
  assert.ok(Math.abs(meter.expected(beginMs) - 101) <= 2, `${meter.expected(beginMs)} at once`);
  for (const sec of [2, 5, 9, 15]) {
    const counted = new ViewerMeter();
    watch(counted, 1, { sec: 20 });
    for (let viewer = 0; viewer < 100; viewer++) counted.join(beginMs);
    const endMs = watch(counted, 101, { fromMs: beginMs, sec });
    const expected = counted.expected(endMs);
    assert.ok(Math.abs(expected - 101) <= 12, `${expected} after ${sec} s`);
  }
});
