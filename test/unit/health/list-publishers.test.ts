import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listPublishers } from '../../../src/lib/health/list-publishers.ts';
import type { NodeAnswer } from '../../../src/lib/health/node-answer.ts';
import { answersBut, createOrigin, createStatus, createStreamReport } from '../../support/cluster-answers.ts';

const session = { stream: 'demo', clientAddress: '127.0.0.1' };

/** `us-1` has session 10, `eu-1` session 20; each replica reads one of them, or none. */
function answers(reads: Record<string, number | null>): NodeAnswer[] {
  const ids: Record<string, number> = { 'us-1': 10, 'eu-1': 20 };
  return answersBut().map((answer) => {
    const { name } = answer.peer;
    const sessionId = reads[name] ?? null;
    const status = createStatus({ sessionId });
    return {
      ...answer,
      agent: answer.agent && {
        ...answer.agent,
        sessions: ids[name] === undefined ? [] : [{ ...session, sessionId: ids[name] }],
      },
      origin: name in reads ? createOrigin(name, [createStreamReport({ status })]) : null,
    };
  });
}

const table: [string, Record<string, number | null>, string][] = [
  ['the one that the replicas read is active', { 'us-1': 20, 'eu-1': 20 }, 'eu-1 active, us-1 reserve'],
  ['the oldest while no replica reads any', { 'us-1': null, 'eu-1': null }, 'us-1 active, eu-1 reserve'],
  ['the oldest while replicas differ', { 'us-1': 20, 'eu-1': 10 }, 'us-1 active, eu-1 reserve'],
  ['the oldest while no replica can be asked', {}, 'us-1 active, eu-1 reserve'],
];
for (const [name, reads, expected] of table) {
  test(`publishers of a stream: ${name}`, () => {
    const found = listPublishers('demo', answers(reads));
    assert.equal(found.map(({ node, role }) => `${node} ${role}`).join(', '), expected);
  });
}

test('a stream that nobody publishes has no publishers', () => {
  assert.deepEqual(listPublishers('other', answers({ 'us-1': 10 })), []);
});
