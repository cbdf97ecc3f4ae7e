import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatChanges } from '../../../../src/lib/cli/views/format-changes.ts';
import type { ClusterStatus, Problem } from '../../../../src/lib/health/cluster-status.ts';
import { summarize } from '../../../../src/lib/health/summarize.ts';
import { answersBut, KNOWN, NOW_MS } from '../../../support/cluster-answers.ts';

const WELL = summarize(answersBut(), KNOWN, { nowMs: NOW_MS });

function withProblems(...texts: readonly string[]): ClusterStatus {
  const problems = texts.map(
    (text): Problem => ({ subject: 'eu-1', text, sinceMs: null, effect: '', hint: '', harm: 'viewers' }),
  );
  return { ...WELL, problems };
}

const told = (before: readonly string[], now: readonly string[]): string[] =>
  formatChanges(withProblems(...before), withProblems(...now), NOW_MS);

test('a problem of another stream with a number in its name is news', () => {
  for (const name of ['cam-', 'cam', 'studio-2024-']) {
    const [first, second] = [`${name}1: gets no new parts`, `${name}2: gets no new parts`];
    const lines = told([first], [first, second]);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0]!, new RegExp(`${name}2: gets no new parts`));
  }
  assert.equal(told(['1-gala: gets no new parts'], ['2-gala: gets no new parts']).length, 1);
});

test('a problem of which the figures alone change is no news', () => {
  const words = (sec: string, count: number) => `demo: ${sec} s behind, at ${count} of 12 nodes (${count} %)`;
  assert.deepEqual(told([words('6.2', 3)], [words('16', 4)]), []);
});
