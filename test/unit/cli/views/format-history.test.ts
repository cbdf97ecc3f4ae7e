import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatHistory } from '../../../../src/lib/cli/views/format-history.ts';
import { formatLock } from '../../../../src/lib/cli/views/format-lock.ts';
import { PLAIN } from '../../../../src/lib/cli/views/paint.ts';
import type { HistoryEntry } from '../../../../src/lib/provision/operation/merge-history.ts';

const entry = (more: Partial<HistoryEntry>): HistoryEntry => ({
  atMs: 0,
  endedMs: 3200,
  who: 'ada@desk',
  host: 'desk',
  ci: null,
  what: 'up',
  result: 'done',
  text: '4 changes',
  ...more,
});
const lines = (...entries: HistoryEntry[]): string =>
  formatHistory({ cluster: 'x', entries, store: 'answers' }, 120, PLAIN).join('\n');

test('a history has a row for each entry, with who, how long and what came of it', () => {
  const ci = { system: 'GitHub Actions', run: '4711', url: null };
  const text = lines(entry({}), entry({ who: 'bob', ci, what: 'drill fail-region eu', text: 'pass' }));
  assert.match(text, /up +done +3\.2 s +ada@desk +4 changes$/m);
  assert.match(text, /drill fail-region eu +done +3\.2 s +bob \(GitHub Actions 4711\) +pass$/m);
});

test('what was killed last says who goes on, and an end that came later says nothing', () => {
  const killed = entry({ endedMs: null, result: 'unfinished', text: '' });
  assert.match(lines(killed), /up was killed on its way: streamctl up goes on where it stopped/);
  assert.doesNotMatch(lines(killed, entry({})), /killed/);
  assert.doesNotMatch(lines({ ...killed, what: 'drill rot' }), /goes on/);
});

test('words of others cannot act on the terminal', () => {
  const evil = 'x\u001b[2J\u0007';
  const acts = (text: string): boolean => text.includes('\u001b') || text.includes('\u0007');
  assert.equal(acts(lines(entry({ who: evil, what: evil, text: evil }))), false);
  const lease = {
    id: 'a',
    who: evil,
    host: evil,
    pid: 1,
    startTicks: '',
    place: '',
    ci: { system: evil, run: evil, url: evil },
    command: evil,
    sinceMs: 0,
    beatMs: 0,
    expiresInMs: 1,
  };
  const state = { cluster: 'x', held: true, here: null, lease, store: 'answers' } as const;
  assert.equal(acts(formatLock(state, 0).join('\n')), false);
});

test('while the store is away only this machine is spoken of', () => {
  const state = { cluster: 'x', held: false, here: null, lease: null } as const;
  assert.deepEqual(formatLock({ ...state, store: 'answers' }, 0), ['  nobody is changing cluster x']);
  assert.deepEqual(formatLock({ ...state, store: 'away' }, 0), [
    '  nobody on this machine is changing cluster x',
    '    store    does not answer: commands of other machines are not known',
  ]);
});
