/** Viewers in the test's own process, while something goes on that they must not notice. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { ViewerReport } from '../../src/lib/viewer/viewer-report.ts';

/** A process that never waited longer for its turn, milliseconds, does not make viewers stall. */
const QUIET_MS = 100;

/**
 * Asserts that they saw nothing: all played and no frame came twice, whatever the machine did; and where it left this process its time
 * (`lateMs`: the most that the event loop was late), none stalled, waited or missed a frame. Viewers without time stall, and jump to
 * live, without our doing.
 */
export function assertUnseen(t: TestContext, seen: ViewerReport, lateMs: number): void {
  const { viewers, played, stalls, missingFrames, repeatedFrames, deadAirMs } = seen;
  const told = `${stalls} stalls, dead air at most ${deadAirMs.max} ms, ${missingFrames} frames missing; the machine was late by ${Math.round(lateMs)} ms`;
  t.diagnostic(told);
  assert.deepEqual([played, repeatedFrames], [viewers, 0]);
  if (lateMs < QUIET_MS) assert.deepEqual([stalls, deadAirMs.max, missingFrames], [0, 0, 0], told);
}
