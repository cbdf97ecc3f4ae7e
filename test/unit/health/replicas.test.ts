import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeAnswer } from '../../../src/lib/health/node-answer.ts';
import type { ReplicaReport } from '../../../src/lib/health/report.ts';
import { type KnownCluster, summarize } from '../../../src/lib/health/summarize.ts';
import { answerOf, answersBut, createOrigin, KNOWN, NOW_MS, PEERS } from '../../support/cluster-answers.ts';

const judge = (answers: readonly NodeAnswer[], known: Partial<KnownCluster> = {}) =>
  summarize(answers, { ...KNOWN, ...known }, { nowMs: NOW_MS });

const joining: ReplicaReport = {
  stream: 'demo',
  as: 'joining',
  state: 'live',
  fresh: true,
  tracks: {},
  segments: [],
  lastMsn: 9,
};
/** The well cluster with one more origin node, `NAME`, made of eu-1's answer. */
function withOrigin(name: string, change: (peer: NodeAnswer['peer']) => NodeAnswer): NodeAnswer[] {
  const eu1 = PEERS.find((peer) => peer.name === 'eu-1')!;
  const peer = { ...eu1, name, region: name.slice(0, 2), address: `127.206.9.${name.at(-1)}` };
  return [...answersBut(), change(peer)];
}
const idle = (peer: NodeAnswer['peer']) =>
  answerOf(peer, { origin: createOrigin(peer.name, []), units: [], sessions: [], placed: 0 });

test('a replica that joins is shown as such', () => {
  const status = judge(withOrigin('us-3', (peer) => answerOf(peer, { replicas: [joining] })));
  assert.deepEqual(
    status.streams[0]?.replicas.map((replica) => [replica.node, replica.joining]),
    [
      ['us-1', false],
      ['eu-1', false],
      ['us-3', true],
    ],
  );
  assert.deepEqual(status.problems, []);
});

test('one that joins does not make up for one that is missing', () => {
  const answers = withOrigin('us-3', (peer) => answerOf(peer, { replicas: [joining] })).map((answer) =>
    answer.peer.name === 'eu-1' ? idle(answer.peer) : answer,
  );
  assert.deepEqual(
    judge(answers).problems.map(({ text }) => text),
    ['no replica in eu'],
  );
});

test('of three regions two have the replicas, and none is missing', () => {
  assert.deepEqual(judge(withOrigin('ap-1', idle), { regions: ['us', 'eu', 'ap'] }).problems, []);
});

test('one of two, where it could be in two regions, is counted', () => {
  const answers = withOrigin('ap-1', idle).map((answer) =>
    answer.peer.name === 'eu-1' ? idle(answer.peer) : answer,
  );
  const { problems } = judge(answers, { regions: ['us', 'eu', 'ap'] });
  assert.deepEqual(
    problems.map(({ harm, text, effect }) => [harm, text, effect]),
    [['redundancy', '1 of 2 replicas', 'viewers unaffected (served by us-1)']],
  );
});

test('a refusal says what is lacking and what cures it, once', () => {
  const refusal = { stream: 'demo', atMs: NOW_MS - 1000, lack: 'no room in eu', cure: 'Add a node.' };
  const one = answersBut((peer) => (peer.name === 'eu-1' ? idle(peer) : undefined));
  assert.deepEqual(
    judge(one, { refusals: [refusal] }).problems.map(({ harm, text, hint, sinceMs }) => [
      harm,
      text,
      hint,
      sinceMs,
    ]),
    [['redundancy', 'no room in eu', 'Add a node.', NOW_MS - 1000]],
  );
});

test('a refusal of a stream that does not play concerns its publisher', () => {
  const refusal = { stream: 'gala', atMs: NOW_MS, lack: 'no room', cure: 'Add a node.' };
  const [problem] = judge(answersBut(), { refusals: [refusal] }).problems;
  assert.deepEqual([problem?.harm, problem?.effect], ['publishers', 'its publisher is turned away']);
});
