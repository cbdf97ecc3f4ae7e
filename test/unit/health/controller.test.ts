import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatChanges } from '../../../src/lib/cli/views/format-changes.ts';
import { formatStatus } from '../../../src/lib/cli/views/format-status.ts';
import { PLAIN } from '../../../src/lib/cli/views/paint.ts';
import type { NodeAnswer } from '../../../src/lib/health/node-answer.ts';
import type { AgentReport, ControllerReport, MoveReport } from '../../../src/lib/health/report.ts';
import { summarize } from '../../../src/lib/health/summarize.ts';
import { absent, answerOf, answersBut, KNOWN, NOW_MS } from '../../support/cluster-answers.ts';

const WORK: NonNullable<ControllerReport['work']> = {
  roundMs: NOW_MS - 300,
  roundTookMs: 4,
  moves: [],
  planned: 0,
  refusals: [],
  refused: 0,
  verdicts: [],
};
const LEASE = { node: 'us-1', token: 3, sinceMs: NOW_MS - 80_000 };
const move = (differing: Partial<MoveReport> = {}): MoveReport => ({
  ...{ stream: 'demo', from: 'us-1', to: 'us-3', why: 'evacuate', state: 'moving' },
  ...{ note: 'no whole segment that both have yet', sinceMs: NOW_MS - 3000 },
  ...differing,
});

/** All is well, and us-1 is the controller with this work; other nodes as `spoil` says. */
function judge(
  work: Partial<typeof WORK> | null,
  spoil: (node: string) => Partial<AgentReport> | NodeAnswer | undefined = () => undefined,
) {
  const answers = answersBut((peer) => {
    const own = peer.name === 'us-1' && work !== null ? { ...WORK, ...work } : null;
    const changes = spoil(peer.name) ?? {};
    if ('reach' in changes) return changes;
    return answerOf(peer, { controller: { ...LEASE, work: own }, ...changes });
  });
  return summarize(answers, KNOWN, { nowMs: NOW_MS });
}

test('status names the controller, the epoch of the ring and what moves', () => {
  const status = judge({ moves: [move()], planned: 2 });
  assert.deepEqual(status.controller, LEASE);
  assert.deepEqual(status.ring, { epoch: 1 });
  assert.deepEqual(status.moves, [move()]);
  assert.equal(status.movesTotal, 3);
  assert.equal(status.healthy, true);
  assert.match(status.summary, /· 3 moves$/);
});

test('of two nodes that call themselves the controller the one with the higher token is believed', () => {
  const newer = { node: 'eu-1', token: 4, sinceMs: NOW_MS - 1000, work: { ...WORK, moves: [move()] } };
  const status = judge({}, (node) => (node === 'eu-1' ? { controller: newer } : undefined));
  assert.deepEqual(status.controller, { node: 'eu-1', token: 4, sinceMs: NOW_MS - 1000 });
  assert.equal(status.moves.length, 1);
});

const IDLE: readonly [string, () => ReturnType<typeof judge>, string | null][] = [
  ['no node holds the lease', () => judge(null, () => ({ controller: null })), 'no node is the controller'],
  ['its holder does nothing', () => judge(null), 'it is the controller, and does not work'],
  ['its rounds fail', () => judge({ roundMs: NOW_MS - 9000 }), 'it is the controller, and its rounds fail'],
  [
    'the cluster has just started',
    () => judge(null, () => ({ controller: null, startedMs: NOW_MS - 2000 })),
    null,
  ],
];
for (const [title, status, text] of IDLE) {
  test(`${title}: ${text === null ? 'no' : 'a'} problem of control`, () => {
    const found = status().problems.filter(({ harm }) => harm === 'control');
    assert.deepEqual(
      found.map((problem) => problem.text),
      text === null ? [] : [text],
    );
  });
}

test('a holder of the lease that has just got it, or that does not answer here, is no problem of its own', () => {
  const young = judge(null, () => ({ controller: { ...LEASE, sinceMs: NOW_MS - 1000, work: null } }));
  assert.deepEqual(young.problems, []);
  const silent = judge(null, (node) =>
    node === 'us-1' ? absent(answersBut()[0]!.peer, 'refused') : undefined,
  );
  assert.deepEqual(
    silent.problems.filter(({ harm }) => harm === 'control'),
    [],
  );
});

test('with the store away, that is told and not the controller', () => {
  const status = judge(null, () => ({ controller: null, store: 'down' }));
  assert.deepEqual(
    status.problems.map(({ text }) => text),
    ['Redis does not answer any node'],
  );
  assert.equal(status.controller, null);
});

test('a node that answers here and that the controller does not hear is told, with what it means', () => {
  const verdicts = [{ node: 'eu-1', state: 'down' as const, why: 'no heartbeat', sinceMs: NOW_MS - 5000 }];
  const [problem] = judge({ verdicts }).problems;
  assert.equal(problem?.text, 'the controller does not hear it: no heartbeat');
  assert.equal(problem.effect, 'its replicas were given to other nodes');
});

test('of a node that is down it is told whether its replicas were replaced', () => {
  const eu1 = absent(answersBut()[2]!.peer, 'refused');
  const verdict = (state: 'down' | 'unknown') => ({
    node: 'eu-1',
    state,
    why: 'no heartbeat',
    sinceMs: NOW_MS,
  });
  const effect = (state: 'down' | 'unknown') =>
    judge({ verdicts: [verdict(state)] }, (node) => (node === 'eu-1' ? eu1 : undefined)).problems.find(
      ({ subject }) => subject === 'eu-1',
    )?.effect;
  assert.match(effect('down')!, /its replicas run elsewhere/);
  assert.match(effect('unknown')!, /its replicas are missing/);
});

test('a move that fails again and again, or that no node can take, is a problem of control with its remedy', () => {
  const failing = move({ state: 'retrying', note: 'failed 2 times, again in 8 s: its parts come late' });
  const [first] = judge({ moves: [failing] }).problems;
  assert.equal(first?.text, 'its move from us-1 to us-3 failed 2 times, again in 8 s: its parts come late');
  assert.equal(first.effect, 'viewers unaffected: it stays on us-1');
  assert.equal(first.hint, 'streamctl logs us-3');
  const [second] = judge({ moves: [move({ to: null, state: 'waiting' })] }).problems;
  assert.match(second!.text, /no other node can take it/);
  assert.match(second!.hint, /streamctl ring undrain us-1/);
});

test('what moves is the first table: from where to where, and what it waits for', () => {
  const waiting = move({ stream: 'opera', state: 'queued', note: '4 streams are moving', sinceMs: null });
  const lines = formatStatus(judge({ moves: [move(), waiting], planned: 40 }), 90, PLAIN);
  assert.deepEqual(lines.slice(2, 6), [
    '  move         from → to    state   why       waits for',
    '  demo         us-1 → us-3  moving  evacuate  no whole segment that both have yet',
    '  opera        us-1 → us-3  queued  evacuate  4 streams are moving',
    '  and 39 more',
  ]);
});

test('watched without a terminal, a move is told when it begins and when it has ended', () => {
  const before = judge({ moves: [move()] });
  const told = (from: typeof before | null, now: typeof before) =>
    formatChanges(from, now, NOW_MS)
      .filter((line) => / move of /.test(line))
      .map((line) => line.slice(9));
  assert.deepEqual(told(judge({}), before), ['move of demo from us-1 to us-3 is moving']);
  assert.deepEqual(told(before, judge({})), ['move of demo has ended: it is on us-1, eu-1']);
  assert.deepEqual(told(before, before), []);
});
