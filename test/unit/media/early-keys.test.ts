import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextEarlyKey, planEarlyKeys } from '../../../src/lib/media/early-keys.ts';
import { keyFrameExpression } from '../../../src/lib/media/ffmpeg-video-arguments.ts';

const SEC = 90_000;
/** Begins a segment of any of the lengths below. */
const START = 600_000 * SEC;

for (const [segmentSec, partSec, stepSec] of [
  [2, 0.5, 0.5],
  [2, 0.33, 0.4],
  [1, 0.2, 0.5],
  [6, 1, 1],
  [2, 0.75, 1],
] as const) {
  test(`of segments of ${segmentSec} s in parts of ${partSec} s early key frames are ${stepSec} s apart, one at each segment's start`, () => {
    const keys = planEarlyKeys(START + SEC / 3, { segmentSec, partSec });
    assert.equal(keys.stepSec, stepSec);
    assert.equal(nextEarlyKey(START + 1, keys), START + stepSec * SEC);
    assert.equal(nextEarlyKey(START + stepSec * SEC, keys), START + stepSec * SEC);
    if (segmentSec < 4)
      assert.equal(nextEarlyKey(START + segmentSec * SEC - 1, keys), START + segmentSec * SEC);
  });
}

test('after 4 s only segments begin with a key frame', () => {
  const keys = planEarlyKeys(START, { segmentSec: 2, partSec: 0.5 });
  assert.equal(nextEarlyKey(START + 3.4 * SEC, keys), START + 3.5 * SEC);
  assert.equal(nextEarlyKey(START + 3.6 * SEC, keys), null);
});

test('the encoder is told to make them for its first 4 s, from its own place in the segment on', () => {
  const entryTicks = START + 0.4 * SEC;
  const earlyKeys = planEarlyKeys(entryTicks, { segmentSec: 2, partSec: 0.5 });
  const said = keyFrameExpression({ entryTicks, earlyKeys }, 2);
  assert.ok(
    said.endsWith('+lt(t,4)*gt(floor((t+0.4005022)/0.5),floor((prev_forced_t+0.4005022)/0.5))'),
    said,
  );
  assert.ok(said.startsWith(keyFrameExpression({ entryTicks }, 2)));
});
