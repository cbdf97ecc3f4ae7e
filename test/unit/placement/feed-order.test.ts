import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { feedOrder } from '../../../src/lib/placement/feed-order.ts';
import { Ring } from '../../../src/lib/ring/ring.ts';
import { DEFAULT_PORTS } from '../../../src/lib/spec/defaults.ts';
import type { RingNode, RingRecord } from '../../../src/lib/store/ring-records.ts';

const NAMES = ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2', 'ap-1', 'ap-2'];

const peers: Peer[] = [...NAMES, 'us-9'].map((name, index) => ({
  ...{ name, region: name.slice(0, 2), address: `127.0.9.${index + 1}`, ports: DEFAULT_PORTS, weight: 1 },
  roles: name === 'us-9' ? ['edge'] : ['origin'],
}));

function ringOf(names: readonly string[], pins: RingRecord['pins'] = {}): RingRecord {
  const nodes = names.map(
    (name): RingNode => ({
      ...{ name, region: name.slice(0, 2), host: name, weight: 1, capacity: null, state: 'active' },
    }),
  );
  return { version: 1, epoch: 1, balance: 1.25, replicas: 2, nodes, pins };
}

const namesFor = (ring: RingRecord | null, stream: string, node = 'us-9'): string[] =>
  feedOrder(ring, peers, { stream, node, region: node.slice(0, 2) }).map(({ name }) => name);

test("a relay asks its own region in the order of the stream's walk, then each other region in its walk", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 20 }), (stream) => {
      const order = namesFor(ringOf(NAMES), stream);
      const walkOf = (region: string): string[] =>
        new Ring(NAMES.filter((name) => name.startsWith(region)).map((name) => ({ name, weight: 1 })))
          .walk(stream)
          .map(({ name }) => name);
      assert.deepEqual(order.slice(0, 3), walkOf('us'));
      const second = order[3]!.slice(0, 2);
      const third = second === 'eu' ? 'ap' : 'eu';
      assert.deepEqual(order.slice(3), [...walkOf(second), ...walkOf(third)]);
    }),
  );
});

test('a pinned node is asked before the walk of its region', () => {
  for (const pinned of ['us-1', 'us-2', 'us-3']) {
    assert.equal(namesFor(ringOf(NAMES, { demo: [pinned] }), 'demo')[0], pinned);
  }
});

test('origins that the ring does not know are asked last, near ones first, and nodes that are gone not at all', () => {
  const order = namesFor(ringOf(['eu-1', 'eu-7']), 'demo');
  assert.deepEqual(order, ['eu-1', 'us-1', 'us-2', 'us-3', 'eu-2', 'ap-1', 'ap-2']);
});

test('without a ring the near origins come first, and nobody asks itself', () => {
  assert.deepEqual(namesFor(null, 'demo', 'eu-1'), ['eu-2', 'us-1', 'us-2', 'us-3', 'ap-1', 'ap-2']);
});
