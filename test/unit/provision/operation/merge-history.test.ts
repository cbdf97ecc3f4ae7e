import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUnfinished, mergeHistory } from '../../../../src/lib/provision/operation/merge-history.ts';
import type { OperationNote } from '../../../../src/lib/store/operations.ts';
import type { AuditEvent } from '../../../../src/lib/store/records.ts';
import type { RingChange } from '../../../../src/lib/store/ring-records.ts';

const begun = (id: string, atMs: number, command = 'streamctl up'): OperationNote => ({
  id,
  atMs,
  phase: 'begun',
  who: 'ada@one',
  host: 'one',
  ci: null,
  command,
  result: null,
  text: '',
});
const ended = (id: string, atMs: number, result: OperationNote['result'] = 'done'): OperationNote => ({
  ...begun(id, atMs),
  phase: 'ended',
  result,
  text: '3 changes',
});
const NOTHING = { journal: [], stored: [], ring: [], events: [], holders: [] };

test('a command that both journals know appears once, with how it ended', () => {
  const notes = [begun('a', 1), ended('a', 5)];
  const entries = mergeHistory({ ...NOTHING, journal: notes, stored: notes });
  assert.deepEqual(
    entries.map(({ what, atMs, endedMs, result, text }) => [what, atMs, endedMs, result, text]),
    [['up', 1, 5, 'done', '3 changes']],
  );
});

test('what did not end is running, unfinished here, or unknown elsewhere', () => {
  const entries = mergeHistory({
    ...NOTHING,
    journal: [begun('killed', 1), begun('now', 2)],
    stored: [begun('far', 3)],
    holders: ['now'],
  });
  assert.deepEqual(
    entries.map(({ result }) => result),
    ['unfinished', 'running', 'unknown'],
  );
});

test('changes of the ring and deeds of the audit trail stand between, in the order of time', () => {
  const change = {
    epoch: 4,
    atMs: 3,
    who: 'bob@two',
    from: 'pid 1',
    what: 'set-weight us-2 3',
    reason: 'gala',
  };
  const event = { atMs: 2, who: 'bob@two', stream: 'demo', subject: 'k1' };
  const entries = mergeHistory({
    ...NOTHING,
    journal: [begun('a', 1), ended('a', 9)],
    ring: [change, { ...change, what: 'up', epoch: 3 }] as unknown as RingChange[],
    events: [
      { ...event, what: 'key-ended' },
      { ...event, what: 'session-opened' },
    ] as AuditEvent[],
  });
  assert.deepEqual(
    entries.map(({ what, text }) => [what, text]),
    [
      ['up', '3 changes'],
      ['key-ended demo', 'k1'],
      ['ring set-weight us-2 3', 'epoch 4 · gala'],
    ],
  );
});

test('the last command that was killed is the one to go on with, unless a later one ended', () => {
  const killed = [begun('a', 1), ended('a', 2), begun('b', 3)];
  assert.equal(findUnfinished(killed, [])?.id, 'b');
  assert.equal(findUnfinished([...killed, begun('own', 4)], ['own'])?.id, 'b');
  assert.equal(findUnfinished([...killed, begun('c', 4), ended('c', 5)], []), null);
  assert.equal(findUnfinished([], []), null);
  assert.equal(findUnfinished([...killed, begun('c', 4, 'streamctl drill fail-store')], []), null);
});
