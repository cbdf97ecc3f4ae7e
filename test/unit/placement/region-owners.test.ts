import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { regionOwners } from '../../../src/lib/placement/region-owners.ts';
import { Ring } from '../../../src/lib/ring/ring.ts';
import { peer } from '../../support/origin-node.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';

const NAMES = ['us-1', 'us-2', 'us-3', 'us-4', 'eu-1'];
const peers: Peer[] = NAMES.map((name, i) => peer(name, `127.0.9.${i + 1}`));
const ring = ringRecord(
  1,
  NAMES.map((name) => ringNode(name)),
);

test("the owners of a region are the first of the stream's walk there, the same for everybody who asks", () => {
  for (const stream of ['demo', 'choir', 'match-7']) {
    const walk = new Ring(NAMES.slice(0, 4).map((name) => ({ name, weight: 1 }))).walk(stream);
    assert.deepEqual(
      regionOwners(ring, peers, { stream, region: 'us' }).map(({ name }) => name),
      walk.slice(0, 3).map(({ name }) => name),
    );
  }
});

test('nodes that are gone are no owners', () => {
  const left = peers.filter(({ name }) => name !== 'us-2');
  const owners = regionOwners(ring, left, { stream: 'demo', region: 'us' });
  assert.deepEqual(owners.map(({ name }) => name).sort(), ['us-1', 'us-3', 'us-4']);
});

test('in a region that the ring does not know, origins are owners, else edges', () => {
  const edges = ['ap-1', 'ap-2', 'ap-3', 'ap-4'].map((name, i) => peer(name, `127.0.8.${i + 1}`, ['edge']));
  const owners = regionOwners(ring, [...peers, ...edges], { stream: 'demo', region: 'ap' });
  assert.equal(owners.length, 3);
  const origin = peer('ap-9', '127.0.8.9');
  const withOrigin = regionOwners(ring, [...peers, ...edges, origin], { stream: 'demo', region: 'ap' });
  assert.deepEqual(withOrigin, [origin]);
});
