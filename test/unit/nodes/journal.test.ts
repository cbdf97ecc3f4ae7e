import assert from 'node:assert/strict';
import { test } from 'node:test';
import { journalCommand, parseJournalLine } from '../../../src/lib/nodes/systemd/journal.ts';
import { isLooping, parseLastExit } from '../../../src/lib/nodes/unit-notes.ts';

test('journalctl is asked for the units of one cluster alone', () => {
  const command = journalCommand({ cluster: 'demo', units: ['origin', 'agent'], count: 20, follow: true });
  assert.deepEqual(command.slice(-5), [
    '--lines=20',
    '--follow',
    'STREAMCTL_CLUSTER=demo',
    'STREAMCTL_UNIT=origin',
    'STREAMCTL_UNIT=agent',
  ]);
});

test("a line of the journal tells node, unit, time and text; bytes that are no text don't stop it", () => {
  const entry = {
    STREAMCTL_NODE: 'us-1',
    STREAMCTL_UNIT: 'origin',
    __REALTIME_TIMESTAMP: '1795347920065303',
  };
  const line = { node: 'us-1', unit: 'origin', time: '2026-11-22T11:45:20.065Z' };
  assert.deepEqual(parseJournalLine(JSON.stringify({ ...entry, MESSAGE: 'up' })), { ...line, text: 'up' });
  assert.equal(parseJournalLine(JSON.stringify({ ...entry, MESSAGE: [117, 112, 7] }))?.text, 'up\u0007');
  assert.equal(parseJournalLine(JSON.stringify({ ...entry, MESSAGE: null }))?.text, '');
  assert.equal(parseJournalLine('-- Boot 613edaa9 --'), null);
  assert.equal(parseJournalLine('{"MESSAGE":"of another"}'), null);
});

test('how a unit ended is read as either supervisor notes it', () => {
  assert.deepEqual(parseLastExit('3 0 1000\n'), { status: 3, signal: 0, atMs: 1000, asked: false });
  assert.deepEqual(parseLastExit('-1 9 1000\n'), { status: -1, signal: 9, atMs: 1000, asked: false });
  assert.deepEqual(parseLastExit('exited 3 1000\n'), { status: 3, signal: 0, atMs: 1000, asked: false });
  assert.deepEqual(parseLastExit('killed KILL 1000\n'), { status: -1, signal: 9, atMs: 1000, asked: false });
  const asked = { status: 0, signal: 15, atMs: 1000, asked: true };
  assert.deepEqual(parseLastExit('0 15 1000 asked\n'), asked);
  assert.equal(parseLastExit('killed KILL'), null);
  assert.equal(parseLastExit(''), null);
});

test('isLooping() is for a unit that ended by itself a moment ago, and not for one that was stopped', () => {
  const exit = { status: 1, signal: 0, atMs: 10_000, asked: false };
  assert.equal(isLooping(exit, 11_000, 12_000), true);
  assert.equal(isLooping(exit, 11_000, 15_000), false, 'it stays up');
  assert.equal(isLooping(exit, 14_000, 15_000), false, 'it was long away');
  assert.equal(isLooping({ ...exit, asked: true }, 11_000, 12_000), false);
  assert.equal(isLooping(null, 11_000, 12_000), false);
});
