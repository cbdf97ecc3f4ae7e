import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDrillEnd, formatDrillEvent } from '../../../../src/lib/cli/views/format-drill.ts';
import { PLAIN } from '../../../../src/lib/cli/views/paint.ts';
import { makeRun } from '../../../support/drill-run.ts';

test('what a node gave as its reason cannot act on the terminal', () => {
  const evil = 'x\u001b]0;owned\u0007\u001b[2J\n';
  const steadyState = { before: { ok: true, text: evil }, after: { ok: false, text: evil } };
  const lines = [
    formatDrillEvent({ atMs: 1, kind: 'replica', text: evil }, null, PLAIN),
    formatDrillEvent({ atMs: 1, kind: 'replica', text: evil }, 0, PLAIN),
    ...formatDrillEnd(makeRun({ reasons: [evil], steadyState }), null, PLAIN),
  ];
  for (const line of lines) assert.doesNotMatch(line, /\p{Cc}/u);
  assert.equal(lines.filter((line) => line.includes('owned')).length, 4);
});
