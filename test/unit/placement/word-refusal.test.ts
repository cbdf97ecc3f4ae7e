import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setState } from '../../../src/lib/membership/edits.ts';
import { applyPatch } from '../../../src/lib/membership/patch.ts';
import { planMovesOfChange } from '../../../src/lib/membership/plan-moves-of-change.ts';
import { wordRefusal } from '../../../src/lib/placement/word-refusal.ts';
import type { PlacementRecord } from '../../../src/lib/store/ring-records.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';

const placed = (stream: string, cost: number, node: string): PlacementRecord => {
  return { version: 1, stream, cost, region: 'us', epoch: 1, replicas: [node], move: null, createdMs: 1 };
};

/** What a drain of us-2, which has gala of 1.556, says when us-1 has so much, of 2. */
function refuse(load: number): { lack: string; cure: string } {
  const nodes = ['us-1', 'us-2'].map((name) => ringNode(name, { capacity: 2000 }));
  const placements = [placed('gala', 1556, 'us-2'), placed('other', load, 'us-1')];
  const state = { ring: ringRecord(1, nodes), placements, planned: [], down: new Set<string>() };
  const next = applyPatch(state.ring, setState('us-2', 'draining')(state.ring));
  return wordRefusal(planMovesOfChange(state, next).refusals[0]!.refusal);
}

test('a refusal counts in renditions of 720p30, as specs do', () => {
  const { lack, cure } = refuse(1556);
  assert.equal(
    lack,
    'replica 1 of gala costs 1.556, and no origin node in region us has that left: ' +
      'us-1 has most, 0.444 of 2 (1 is a rendition of 720p30)',
  );
  assert.equal(
    cure,
    'Add an origin node in region us, or free 1.112 on us-1: ' +
      'end a stream there, or take a rendition out of the ladder.',
  );
});

test('a node over its capacity has no room, and what it is over has to be freed, too', () => {
  const { lack, cure } = refuse(2500);
  assert.match(lack, /us-1 has most, 0 of 2 /);
  assert.match(cure, /free 2\.056 on us-1/);
});

test('what lacks is a node, or another host', () => {
  const facts = { stream: 'demo', replica: 2 };
  assert.deepEqual(wordRefusal({ ...facts, regions: [], kind: 'no-nodes' }), {
    lack: 'replica 2 of demo: there is no origin node',
    cure: 'Add an origin node.',
  });
  assert.deepEqual(wordRefusal({ ...facts, regions: ['us'], kind: 'no-other-host', hosts: ['box'] }), {
    lack: 'replica 2 of demo: no origin node in region us is on another host than box',
    cure: 'Add an origin node on another host in region us.',
  });
});
