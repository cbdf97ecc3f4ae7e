import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUDIO_TIMESCALE, ticksOfUnixMs, VIDEO_TIMESCALE } from '../../../src/lib/media/grid.ts';
import { freshResumePoints } from '../../../src/lib/pipeline/resume-point.ts';

const NOW_MS = 1_795_000_000_000;

for (const [endMs, isFresh, name] of [
  [NOW_MS - 7_900, true, 'a moment ago'],
  [NOW_MS - 8_000, false, 'long ago'],
  [NOW_MS + 14_000, true, 'as far ahead as a publisher may say'],
  [NOW_MS + 16_000, false, 'in the future'],
  [NOW_MS + 3_600_000, false, 'far in the future'],
] as const) {
  test(`a feed that stopped ${name} is ${isFresh ? '' : 'not '}gone on with`, () => {
    const point = { msn: 1, part: 0, last: false, initId: 'a' };
    const points = new Map([
      ['360p', { ...point, endTicks: ticksOfUnixMs(endMs, VIDEO_TIMESCALE) }],
      ['audio', { ...point, endTicks: ticksOfUnixMs(endMs, AUDIO_TIMESCALE) }],
    ]);
    assert.equal(freshResumePoints(points, NOW_MS).size, isFresh ? 2 : 0);
  });
}
