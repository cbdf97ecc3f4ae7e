import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusLines } from '../../../src/lib/cli/status-lines.ts';
import { outputColumns, terminalSize } from '../../../src/lib/cli/terminal-size.ts';
import { summarize } from '../../../src/lib/health/summarize.ts';
import { answersBut, KNOWN, NOW_MS } from '../../support/cluster-answers.ts';

const terminal = (columns: number) => ({ isTTY: true, columns, rows: 0 }) as NodeJS.WriteStream;

test('a terminal that nobody gave a size counts as 80 by 24', () => {
  assert.deepEqual(terminalSize(terminal(0)), { columns: 80, rows: 24 });
  assert.deepEqual(terminalSize({ columns: 132, rows: 50 }), { columns: 132, rows: 50 });
});

test('a pipe is as wide as wanted, whatever it says', () => {
  const pipe = { columns: 0, rows: 0 };
  assert.equal(outputColumns(pipe), 120);
  assert.equal(outputColumns(pipe, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
});

test('the status at a terminal without a size is that of 80 columns', () => {
  const status = summarize(answersBut(), KNOWN, { nowMs: NOW_MS });
  const lines = statusLines(status, terminal(0), false);
  assert.deepEqual(lines, statusLines(status, terminal(80), false));
  assert.match(lines[0]!, /^ {2}cluster demo · healthy · 2 regions/);
});
