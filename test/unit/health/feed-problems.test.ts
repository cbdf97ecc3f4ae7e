import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../../src/lib/health/cluster-status.ts';
import type { NodeAnswer } from '../../../src/lib/health/node-answer.ts';
import type { FeedDifference, FeedReport, SupplyReport } from '../../../src/lib/health/report.ts';
import { summarize } from '../../../src/lib/health/summarize.ts';
import {
  answerOf,
  answersBut,
  createOrigin,
  createStreamReport,
  KNOWN,
  NOW_MS,
} from '../../support/cluster-answers.ts';

const SINCE_MS = NOW_MS - 20_000;

/** Every node has the feeds of both replicas, and says of each what `drifts` says for that node. */
function answers(
  drifts: (node: string) => Readonly<Record<string, readonly FeedDifference[]>>,
  supply: Partial<SupplyReport> = {},
): NodeAnswer[] {
  return answersBut((peer) => {
    const relay = peer.roles.includes('edge');
    const feeds = ['us-1', 'eu-1'].map((replica): FeedReport => {
      const differs = drifts(peer.name)[replica];
      return {
        ...{ replica, from: replica === peer.name ? 'pipeline' : replica, connectedSinceMs: SINCE_MS },
        lastPartMs: NOW_MS - 200,
        drift: differs === undefined ? null : { sinceMs: SINCE_MS, differs },
      };
    });
    const report = createStreamReport({
      ...{ relay, feeds, viewers: relay ? 3 : 0 },
      supply: {
        ...{ state: 'two-feeds', sinceMs: SINCE_MS, serving: 'us-1', changes: 0, lastChange: null },
        ...supply,
      },
    });
    return answerOf(peer, { origin: createOrigin(peer.name, [report]) });
  });
}

const problems = (of: NodeAnswer[]): readonly Problem[] => summarize(of, KNOWN, { nowMs: NOW_MS }).problems;

test('a replica that every origin calls different is named once, with what and since when', () => {
  const [problem, ...others] = problems(answers(() => ({ 'eu-1': ['frames', 'init'] })));
  assert.deepEqual(others, []);
  assert.equal(problem!.subject, 'eu-1');
  assert.match(problem!.text, /not the same as the others: other frame counts, another init segment/);
  assert.deepEqual([problem!.harm, problem!.sinceMs], ['redundancy', SINCE_MS]);
});

test('two replicas that are called different in each other’s region are both told', () => {
  const spoken = problems(
    answers(
      (node): Record<string, FeedDifference[]> =>
        node.startsWith('us') ? { 'eu-1': ['init'] } : { 'us-1': ['init'] },
    ),
  );
  assert.deepEqual(
    spoken.map(({ subject, text }) => [subject, text]),
    [['demo', 'replicas us-1 and eu-1 are not the same: another init segment']],
  );
});

test('a replica that is wrong by itself is named alone', () => {
  const spoken = problems(
    answers(
      (node): Record<string, FeedDifference[]> =>
        node.startsWith('us') ? { 'eu-1': ['msn'] } : { 'us-1': ['start'] },
    ),
  );
  assert.deepEqual(
    spoken.map(({ subject }) => subject),
    ['eu-1'],
  );
});

test('one feed where two replicas are up is a problem after a while, and none before', () => {
  const spoken = problems(answers(() => ({}), { state: 'one-feed' }));
  assert.match(spoken[0]!.text, /demo: us-1, us-2, eu-1, eu-2 get the feed of one replica only/);
  assert.deepEqual(problems(answers(() => ({}), { state: 'one-feed', sinceMs: NOW_MS - 5000 })), []);
  assert.deepEqual(problems(answers(() => ({}))), []);
});
