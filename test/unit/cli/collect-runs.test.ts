import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { collectRuns } from '../../../src/lib/cli/run-drills.ts';
import type { DrillRun, Verdict } from '../../../src/lib/drill/drill-result.ts';

const signal = new AbortController().signal;
const runOf = (verdict: Verdict) => ({ verdict }) as DrillRun;
const broken = new StreamctlError('UNHEALTHY', 'no steady state');

test('runs that were made are kept when a later one cannot begin', async () => {
  const { runs, failure } = await collectRuns(3, signal, async (count) => {
    if (count === 3) throw broken;
    return runOf('pass');
  });
  assert.equal(runs.length, 2);
  assert.equal(failure, broken);
});

test('the first run that cannot begin is the failure of the command', async () => {
  await assert.rejects(
    collectRuns(3, signal, async () => {
      throw broken;
    }),
    broken,
  );
});

test('a series ends with a run that did not recover', async () => {
  const { runs, failure } = await collectRuns(5, signal, async (count) =>
    runOf(count === 2 ? 'recovery-failed' : 'fail'),
  );
  assert.deepEqual([runs.length, failure], [2, null]);
});
