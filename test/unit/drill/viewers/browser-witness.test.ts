import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FrameLog, judgeCalm, judgeGaps } from '../../../../src/lib/drill/viewers/browser-witness.ts';

const log = (more: Partial<FrameLog> = {}): FrameLog => ({ frames: 300, lastMs: 9_990, gaps: [], ...more });

test('pauses count from when they end, and one that goes on counts so far', () => {
  const gaps = [
    [4_000, 900],
    [4_900, 300],
    [6_000, 150],
  ] as const;
  assert.deepEqual(judgeGaps(log({ gaps }), 5_000, 10_000), { worstMs: 300, visible: 1 });
  assert.deepEqual(judgeGaps(log({ lastMs: 9_000 }), 5_000, 10_000), { worstMs: 1_000, visible: 1 });
  assert.deepEqual(judgeGaps(log(), 5_000, 10_000), { worstMs: 100, visible: 0 });
});

test('a page that does not answer has shown nothing since', () => {
  assert.deepEqual(judgeGaps(null, 5_000, 10_000), { worstMs: 5_000, visible: 1 });
});

for (const [what, seen, expected] of [
  ['plays', log(), null],
  ['shows nothing', log({ lastMs: null }), /no picture yet/],
  ['has just begun', log({ frames: 3 }), /only just begun/],
  ['paused lately', log({ gaps: [[7_000, 400]] }), /paused visibly/],
  ['paused long ago', log({ gaps: [[1_000, 400]] }), null],
] as const) {
  test(`a browser that ${what} is ${expected === null ? 'steady' : 'not steady'}`, () => {
    const word = judgeCalm(seen, 10_000);
    if (expected === null) assert.equal(word, null);
    else assert.match(word ?? '', expected);
  });
}
