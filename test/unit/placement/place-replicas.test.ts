import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeReplicas } from '../../../src/lib/placement/place-replicas.ts';

const peer = (name: string, region: string, weight = 1, role: 'origin' | 'edge' = 'origin') => ({
  name,
  region,
  weight,
  roles: [role],
});
const regions = ['us', 'eu'];
const peers = [
  peer('us-1', 'us'),
  peer('us-2', 'us'),
  peer('us-3', 'us'),
  peer('eu-1', 'eu'),
  peer('eu-2', 'eu'),
];
const streams = Array.from({ length: 3000 }, (_, index) => `stream-${index}`);
const inUs = (nodes: typeof peers, stream: string) =>
  placeReplicas(regions, nodes, stream).find((replica) => replica.region === 'us')?.node;

test('each region with an origin gets one replica', () => {
  const placed = placeReplicas([...regions, 'ap'], [...peers, peer('ap-1', 'ap', 1, 'edge')], 'demo');
  assert.deepEqual(
    placed.map((replica) => replica.region),
    ['us', 'eu'],
  );
});

test('the order of the nodes does not matter', () => {
  for (const stream of streams.slice(0, 100)) {
    assert.deepEqual(
      placeReplicas(regions, peers, stream),
      placeReplicas(regions, peers.toReversed(), stream),
    );
  }
});

test('shares follow weights', () => {
  const weighted = [peer('a', 'us', 3), peer('b', 'us', 1)];
  const share = streams.filter((stream) => inUs(weighted, stream) === 'a').length / streams.length;
  assert.ok(Math.abs(share - 0.75) < 0.03, String(share));
});

test('a node that goes moves only its own streams', () => {
  const fewer = peers.filter(({ name }) => name !== 'us-2');
  for (const stream of streams) {
    const before = inUs(peers, stream);
    if (before !== 'us-2') assert.equal(inUs(fewer, stream), before);
  }
});
