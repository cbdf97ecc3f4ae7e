import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPatch, NO_RING } from '../../../../src/lib/membership/patch.ts';
import {
  differenceToSpec,
  findUnapplied,
  leavingNodes,
} from '../../../../src/lib/provision/ring/ring-of-spec.ts';
import { parseSpec } from '../../../../src/lib/spec/parse-spec.ts';

function specOf(nodes: string, ring = ''): NonNullable<ReturnType<typeof parseSpec>['spec']> {
  const text = `version: 1\ncluster: x\n${ring}regions: [{ name: us }]\nnodes:\n  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }\n${nodes}`;
  const { spec, diagnostics } = parseSpec(text, 'spec');
  assert.ok(spec !== null, JSON.stringify(diagnostics));
  return spec;
}

test('the ring of a spec has its origin nodes with weight, capacity in thousandths, and address', () => {
  const spec = specOf(
    '  - { name: us-2, region: us, roles: [origin], weight: 3, capacity: 2.5 }\n  - { name: us-3, region: us, roles: [edge] }\n',
  );
  const ring = applyPatch(NO_RING, differenceToSpec(NO_RING, spec));
  assert.deepEqual(
    ring.nodes.map(({ name, weight, capacity, host, state }) => [name, weight, capacity, host, state]),
    [
      ['us-1', 1, null, spec.nodes[0]?.address, 'active'],
      ['us-2', 3, 2500, spec.nodes[1]?.address, 'active'],
    ],
  );
});

test('a ring that is as the spec says has no difference, draining or not', () => {
  const spec = specOf('');
  const ring = applyPatch(NO_RING, differenceToSpec(NO_RING, spec));
  assert.deepEqual(differenceToSpec(ring, spec), {});
  const draining = { ...ring, nodes: ring.nodes.map((node) => ({ ...node, state: 'draining' as const })) };
  assert.deepEqual(differenceToSpec(draining, spec), {});
});

test('a changed weight or balance is a difference, and keeps a node draining', () => {
  const before = specOf('');
  const ring = applyPatch(NO_RING, differenceToSpec(NO_RING, before));
  const draining = { ...ring, nodes: ring.nodes.map((node) => ({ ...node, state: 'draining' as const })) };
  const after = specOf('', 'ring: { balance: 1.5 }\n');
  const heavier = { ...after, nodes: after.nodes.map((node) => ({ ...node, weight: 4 })) };
  const { nodes, balance, replicas } = differenceToSpec(draining, heavier);
  assert.deepEqual(
    [nodes?.['us-1']?.weight, nodes?.['us-1']?.state, balance, replicas],
    [4, 'draining', 1.5, undefined],
  );
});

test('nodes that the spec dropped, or whose role it took, are leaving', () => {
  const ring = applyPatch(
    NO_RING,
    differenceToSpec(
      NO_RING,
      specOf(
        '  - { name: us-2, region: us, roles: [origin] }\n  - { name: us-3, region: us, roles: [origin, edge] }\n',
      ),
    ),
  );
  const spec = specOf('  - { name: us-3, region: us, roles: [edge] }\n');
  assert.deepEqual(
    leavingNodes(ring, spec).map(({ name }) => name),
    ['us-2', 'us-3'],
  );
});

test('a node whose weight the ring has not learned is unapplied; one that drains, or is not in the ring, is not', () => {
  const spec = specOf(
    '  - { name: us-2, region: us, roles: [origin], weight: 3 }\n  - { name: us-3, region: us, roles: [edge] }\n',
  );
  const ring = applyPatch(NO_RING, differenceToSpec(NO_RING, spec));
  const draining = { ...ring, nodes: ring.nodes.map((node) => ({ ...node, state: 'draining' as const })) };
  assert.deepEqual(findUnapplied(draining, spec.nodes), []);
  const lighter = { ...ring, nodes: ring.nodes.map((node) => ({ ...node, weight: 1 })) };
  assert.deepEqual(findUnapplied(lighter, spec.nodes), ['us-2']);
});
