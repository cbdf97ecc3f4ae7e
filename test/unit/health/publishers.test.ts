import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublisherFacts } from '../../../src/lib/health/problems/cluster-facts.ts';
import { summarize } from '../../../src/lib/health/summarize.ts';
import { absent, answersBut, answersWith, KNOWN, NOW_MS, PEERS } from '../../support/cluster-answers.ts';

const eu = PEERS.find(({ region, roles }) => region === 'eu' && roles.includes('ingest'))!;

function relay(state: string, fault: string | null): PublisherFacts {
  const unit = { name: 'relay-demo', state: 'running', pid: 7, sinceMs: 1 } as const;
  return { unit, targets: [{ url: `rtmp://${eu.address}:1935/live`, state, fault }] };
}

const problemsOf = (publishers: readonly PublisherFacts[], answers = answersBut()) =>
  summarize(answers, { ...KNOWN, publishers }, { nowMs: NOW_MS }).problems;

test('a relay that reaches its ingests is no problem', () => {
  assert.deepEqual(problemsOf([relay('connected', null), relay('connecting', null)]), []);
});

test('an ingest that a relay does not reach costs redundancy, and is told with the reason', () => {
  const [problem, ...more] = problemsOf([relay('retrying', 'it does not answer')]);
  assert.deepEqual(more, []);
  assert.equal(problem?.harm, 'redundancy');
  assert.equal(problem?.subject, 'relay-demo');
  assert.match(problem?.text ?? '', /does not reach rtmp:.*: it does not answer/);
});

test('an ingest whose node is down is not told of twice', () => {
  const down = answersWith(eu.name, (peer) => absent(peer, 'refused'));
  const told = problemsOf([relay('retrying', 'nobody takes connections there')], down);
  assert.deepEqual(
    told.filter(({ subject }) => subject === 'relay-demo'),
    [],
  );
});

test('a test publisher or a relay that does not stay up is a problem of publishers', () => {
  for (const name of ['publisher-demo', 'relay-demo']) {
    const unit = { name, state: 'restarting', pid: null, sinceMs: 5 } as const;
    const [problem] = problemsOf([{ unit, targets: [] }]);
    assert.deepEqual([problem?.harm, problem?.subject, problem?.sinceMs], ['publishers', name, 5]);
  }
});
