import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clockShiftFile } from '../../../src/lib/nodes/layout.ts';
import { checkClockShift, watchNodeClock } from '../../../src/lib/nodes/node-clock.ts';
import { until } from '../../support/until.ts';

describe('the clock of a node', () => {
  let data: string;
  let nowMs = 1_000;
  const machine = { nowMs: () => nowMs };
  before(() => {
    data = mkdtempSync(join(tmpdir(), 'streamctl-clock-'));
  });
  after(() => rmSync(data, { recursive: true, force: true }));

  test('is the machine’s unless a file asks otherwise, and again once that is over; what began before keeps its time', async () => {
    const clock = watchNodeClock(data, machine);
    try {
      assert.equal(clock.nowMs(), 1_000);
      const early = clock.hold();
      writeFileSync(clockShiftFile(data), JSON.stringify({ version: 1, shiftMs: -300, untilMs: 5_000 }));
      await until(async () => clock.nowMs() === 700, 'the clock to be behind');
      const late = clock.hold();
      assert.deepEqual([early.nowMs(), late.nowMs()], [1_000, 700]);
      nowMs = 4_999;
      assert.equal(clock.nowMs(), 4_699);
      nowMs = 5_000;
      assert.deepEqual([clock.nowMs(), early.nowMs(), late.nowMs()], [5_000, 5_000, 5_000]);
    } finally {
      clock.close();
    }
  });

  test('a file that says something else asks for nothing', () => {
    for (const value of [
      null,
      {},
      { shiftMs: 1 },
      { shiftMs: '1', untilMs: 2 },
      { shiftMs: 1, untilMs: null },
    ])
      assert.throws(() => checkClockShift(value), { code: 'USAGE' });
  });
});
