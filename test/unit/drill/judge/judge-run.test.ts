import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRun } from '../../../../src/lib/drill/judge/judge-run.ts';
import { worstVerdict } from '../../../../src/lib/drill/series.ts';
import { makeRun } from '../../../support/drill-run.ts';
import { fakePlan } from '../../../support/fake-drill.ts';

/** The verdict on a run whose dead air is so long, measured by one that stood still for so long. */
function verdictOf(deadAirMs: number, worstLagMs: number): string {
  const { seen: usual, ...did } = makeRun();
  const deadAir = { p50: deadAirMs, p95: deadAirMs, p99: deadAirMs, max: deadAirMs };
  const { verdict } = judgeRun({
    expectations: fakePlan().expectations,
    seen: { ...usual, deadAirMs: deadAir },
    ...{ did, duties: { detect: false, replace: false, slate: false, comeBack: false } },
    ...{ witnessed: [], unproven: [], stopped: null, unhealed: [], notRecovered: null, worstLagMs },
  });
  return verdict;
}

for (const [deadAirMs, worstLagMs, expected] of [
  [0, 5, 'pass'],
  [1_500, 5, 'fail'],
  [0, 900, 'pass'],
  [1_500, 900, 'unknown'],
  [20_000, 900, 'fail'],
] as const) {
  test(`dead air of ${deadAirMs} ms, measured with a pause of ${worstLagMs} ms: ${expected}`, () => {
    assert.equal(verdictOf(deadAirMs, worstLagMs), expected);
  });
}

test('a run that was seen to fail is not hidden by one that could not be judged', () => {
  assert.equal(worstVerdict(['pass', 'fail', 'unknown', 'pass']), 'fail');
  assert.equal(worstVerdict(['pass', 'unknown']), 'unknown');
  assert.equal(worstVerdict(['fail', 'recovery-failed', 'unknown']), 'recovery-failed');
});
