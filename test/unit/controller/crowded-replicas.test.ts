import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseMoves } from '../../../src/lib/controller/choose-moves.ts';
import { BACK_MS, crowdedReplicas } from '../../../src/lib/controller/crowded-replicas.ts';
import { RetryPauses } from '../../../src/lib/controller/retry-pauses.ts';
import type { RoundFacts } from '../../../src/lib/controller/round-facts.ts';
import { listWantedMoves } from '../../../src/lib/controller/wanted-moves.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';
import { type FactsOptions, NOW_MS, placement, roundFacts } from '../../support/round-facts.ts';

const together = placement('demo', ['us-1', 'us-2']);
const pinnedRing = ringRecord(
  7,
  ['us-1', 'us-2', 'eu-1'].map((name) => ringNode(name)),
  { pins: { demo: ['us-2'] } },
);

function found(
  options: FactsOptions,
  change: (facts: RoundFacts) => RoundFacts = (facts) => facts,
): string[] {
  return [...crowdedReplicas(change(roundFacts(options)))].map(({ from }) => from);
}

test('of two replicas in one region the second may go when another region is there', () => {
  assert.deepEqual(found({ placements: [together] }), ['us-2']);
});

const STAY: readonly (readonly [string, FactsOptions])[] = [
  ['are in two regions', { placements: [placement('demo', ['us-1', 'eu-1'])] }],
  [
    'have nowhere else to go: the other region is down',
    { placements: [together], states: { 'eu-1': 'down', 'eu-2': 'down', 'eu-3': 'down' } },
  ],
  [
    'nor when nobody knows of it',
    { placements: [together], states: { 'eu-1': 'unknown', 'eu-2': 'unknown', 'eu-3': 'unknown' } },
  ],
  [
    'move already',
    { placements: [{ ...together, move: { from: 'us-2', to: 'us-3', why: 'relief', startedMs: 1 } }] },
  ],
  ['are pinned there', { placements: [together], ring: pinnedRing }],
];
for (const [why, options] of STAY)
  test(`replicas stay that ${why}`, () => assert.deepEqual(found(options), []));

test('a region counts only when it has been back for a while', () => {
  const since = (ageMs: number) => (facts: RoundFacts) => {
    const verdicts = [...facts.verdicts].map(([node, verdict]) => {
      return [node, node.startsWith('eu') ? { ...verdict, sinceMs: NOW_MS - ageMs } : verdict] as const;
    });
    return { ...facts, verdicts: new Map(verdicts) };
  };
  assert.deepEqual(found({ placements: [together] }, since(BACK_MS - 1)), []);
  assert.deepEqual(found({ placements: [together] }, since(BACK_MS)), ['us-2']);
});

test('the controller brings it to the other region, a few at a time', () => {
  const placements = Array.from({ length: 9 }, (_, at) => placement(`s${at}`, ['us-1', 'us-2']));
  const facts = roundFacts({ placements });
  const pauses = new RetryPauses();
  const wishOf = ({ stream, cost, region }: typeof together) =>
    createWish(facts.ring, { stream, cost, region }, { token: null });
  const { begin, waiting } = chooseMoves(facts, listWantedMoves(facts, pauses).wanted, { pauses, wishOf });
  assert.ok(begin.length > 0);
  assert.equal(begin.length + waiting.length, 9);
  assert.ok(begin.every(({ from, to, why }) => from === 'us-2' && to.startsWith('eu') && why === 'home'));
});
