import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedFault } from '../../../src/lib/drill/drill-plan.ts';
import { mayOverlap } from '../../../src/lib/drill/fault-order.ts';

const settings = { kind: 'kill-nodes', nodes: [] } as const;
const fault = (id: string, atMs: number, forMs: number | null, whenSteady = false): PlannedFault => ({
  ...{ id, atMs, forMs, whenSteady, settings },
});

for (const [what, one, other, expected] of [
  ['times that meet', fault('1', 0, 5_000), fault('2', 4_999, 1_000), true],
  ['one after the other', fault('1', 0, 5_000), fault('2', 5_000, 1_000), false],
  ['one without an end', fault('1', 0, null), fault('2', 60_000, 1_000), true],
  ['one that waits for the recovery', fault('1', 0, 5_000), fault('2', 1_000, 1_000, true), false],
  [
    'after one that waits, whose time nobody knows',
    fault('1', 0, 1_000, true),
    fault('2', 9_000, 1, false),
    true,
  ],
  ['the same time, in the order of the file', fault('1', 0, 1_000), fault('2', 0, 1_000, true), false],
] as const) {
  test(`faults in force together: ${what}`, () => {
    assert.equal(mayOverlap(one, other), expected);
    assert.equal(mayOverlap(other, one), expected);
  });
}
