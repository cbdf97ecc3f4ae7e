import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSight, ControlSight } from '../../../../src/lib/drill/cluster-sight.ts';
import { judgeControl } from '../../../../src/lib/drill/judge/judge-control.ts';

const FAULT_MS = 10_000;
const HANDOVER = { must: 9_999, aim: 4_999 };
const CONTROL: ControlSight = {
  ...{ controller: 'us-1', token: 7, store: 'us-1', followers: 2, epoch: 3, wanted: 2 },
  ...{ verdicts: [], placed: ['us-1', 'eu-1'] },
};

/** A look so long after the fault; null: the store did not answer. */
function look(afterMs: number, control: Partial<ControlSight> | null = {}): ClusterSight {
  return {
    ...{ atMs: FAULT_MS + afterMs, state: 'live', replicas: [], feeds: [], ingests: 1, unequal: [] },
    nodes: ['us-1', 'eu-1', 'ap-1'].map((name) => ({
      ...{ name, region: name.slice(0, 2), roles: ['store', 'origin'] as const, health: 'up', reasons: [] },
    })),
    control: control === null ? null : { ...CONTROL, ...control },
  };
}

type Kind = 'lose-store' | 'split-controller' | 'kill-nodes';
const judge = (kind: Kind, since: readonly ClusterSight[]) =>
  judgeControl({ faultMs: FAULT_MS, before: look(-100), since, kinds: [kind] }, HANDOVER);
const missesOf = (kind: Kind, since: readonly ClusterSight[]): string[] =>
  judge(kind, since).flatMap(({ name, value, result }) => (result === 'miss' ? [`${name}: ${value}`] : []));

test('another store within its time, with all that was written, is what must be seen', () => {
  const findings = judge('lose-store', [look(500, null), look(3_500, { store: 'eu-1', token: 8 })]);
  assert.deepEqual([findings[0]?.name, findings[0]?.value], ['another store takes writes after', 3_500]);
  assert.ok(findings.every(({ result }) => result === 'aim'));
});

test('a store that none follows takes no writes yet, and does not count', () => {
  const since = [look(3_000, { store: 'eu-1', followers: 0 }), look(11_000, { store: 'eu-1', followers: 1 })];
  assert.deepEqual(missesOf('lose-store', since), ['another store takes writes after: 11000']);
});

test('no other store, or one that comes late, is a miss', () => {
  assert.deepEqual(missesOf('lose-store', [look(500, null)]), ['another store takes writes after: null']);
  const late = [look(12_000, { store: 'ap-1' })];
  assert.deepEqual(missesOf('lose-store', late), ['another store takes writes after: 12000']);
});

test('an epoch or a token that goes back is counted, also when it was raised in between', () => {
  const since = [look(3_000, { store: 'eu-1', epoch: 4, token: 9 }), look(4_000, { epoch: 3, token: 8 })];
  assert.deepEqual(missesOf('lose-store', since), [
    'ring epochs that went back: 1',
    'controller tokens that went back: 1',
  ]);
});

test('a placement with a replica too many, or twice on one node, is counted', () => {
  const twice = [['us-1', 'us-1'], ['us-1', 'eu-1', 'ap-1'], ['ap-1']].map((placed, at) =>
    look(3_000 + at, { store: 'eu-1', placed }),
  );
  assert.deepEqual(missesOf('lose-store', twice), ['looks at a placement with a replica too many: 2']);
});

test('of a split, a controller that gives up others than the one that was cut off is a miss', () => {
  const down = (node: string, sinceMs = FAULT_MS + 1_000) => ({ node, state: 'down', sinceMs });
  const since = (...verdicts: ReturnType<typeof down>[]) => [look(2_000, { controller: 'eu-1', verdicts })];
  assert.deepEqual(missesOf('split-controller', since(down('us-1'), down('ap-1', FAULT_MS - 9_000))), []);
  assert.deepEqual(missesOf('split-controller', since(down('us-1'), down('ap-1'))), [
    'nodes given up that were not cut off: 1',
  ]);
});

test('other drills, and a cluster with one store that loses it, owe none of this', () => {
  assert.deepEqual(judge('kill-nodes', [look(1_000)]), []);
  const single = (sight: ClusterSight): ClusterSight => ({ ...sight, nodes: sight.nodes.slice(0, 1) });
  const marks = { faultMs: FAULT_MS, before: single(look(-100)), since: [single(look(1_000))] };
  assert.deepEqual(judgeControl({ ...marks, kinds: ['lose-store'] }, HANDOVER), []);
});
