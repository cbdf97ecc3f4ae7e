import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeOperations } from '../../../src/lib/cli/judge-operations.ts';
import type { OperationNote } from '../../../src/lib/store/operations.ts';

const NOBODY = { notes: [], holder: null };

function note(id: string, command: string, result: OperationNote['result'] | 'begun'): OperationNote {
  const [phase, came] = result === 'begun' ? (['begun', null] as const) : (['ended', result] as const);
  const atMs = Number(id) * 1000 + (phase === 'ended' ? 500 : 0);
  return { id, atMs, phase, who: 'ada', host: 'laptop', ci: null, command, result: came, text: 'stopped' };
}

test('the last up without an end is unfinished, wherever it was written down', () => {
  const begun = note('1', 'streamctl up', 'begun');
  const expected = { command: 'streamctl up', who: 'ada', host: 'laptop', atMs: 1000, step: '' };
  for (const [here, stored] of [
    [{ ...NOBODY, notes: [begun] }, NOBODY],
    [NOBODY, { ...NOBODY, notes: [begun] }],
  ] as const) {
    assert.deepEqual(judgeOperations(here, stored), { isBusy: false, unfinished: expected });
  }
});

test('what was interrupted is unfinished, too, and says at what', () => {
  const notes = [note('1', 'streamctl up', 'begun'), note('1', 'streamctl up', 'interrupted')];
  assert.equal(judgeOperations({ ...NOBODY, notes }, NOBODY).unfinished?.step, 'stopped');
});

test('one that ended, also after an earlier one was killed, leaves nothing unfinished', () => {
  const notes = [
    ...[note('1', 'streamctl up', 'begun'), note('2', 'streamctl up', 'begun')],
    ...[note('2', 'streamctl up', 'done'), note('3', 'streamctl ring rebalance', 'begun')],
  ];
  assert.equal(judgeOperations({ ...NOBODY, notes }, NOBODY).unfinished, null);
  // The end may be known to the store alone.
  const [first, second] = [notes.slice(0, 2), notes.slice(2)];
  assert.equal(judgeOperations({ ...NOBODY, notes: first }, { ...NOBODY, notes: second }).unfinished, null);
});

test('while a command has the lock it is at work', () => {
  assert.equal(judgeOperations({ ...NOBODY, holder: '1' }, NOBODY).isBusy, true);
  assert.equal(judgeOperations(NOBODY, { ...NOBODY, holder: '1' }).isBusy, true);
});
