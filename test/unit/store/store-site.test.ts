import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { DEFAULT_PORTS } from '../../../src/lib/spec/defaults.ts';
import { describeStore, quorumOf, siteOf } from '../../../src/lib/store/store-site.ts';

const peers = (stores: number): Peer[] =>
  Array.from({ length: 6 }, (_, index) => ({
    name: `us-${index + 1}`,
    region: 'us',
    address: `127.9.1.${index + 1}`,
    roles: index < stores ? ['store', 'origin'] : ['origin'],
    ports: DEFAULT_PORTS,
    weight: 1,
  }));

test('one store is where it is, and nobody need be asked', () => {
  assert.deepEqual(siteOf('demo', peers(1)), { cluster: 'demo', address: '127.9.1.1', port: 6379 });
});

test('of three stores their Sentinels say which one it is', () => {
  assert.deepEqual(
    siteOf('demo', peers(3)).sentinels?.map(({ address, port }) => `${address}:${port}`),
    ['127.9.1.1:26379', '127.9.1.2:26379', '127.9.1.3:26379'],
  );
});

test('a cluster without a store is refused', () => {
  assert.throws(() => siteOf('demo', peers(0)), /no store node/);
});

for (const [stores, quorum, words] of [
  [1, 1, 'one store: no changes while it is lost'],
  [3, 2, '3 stores, of which 1 may be lost'],
  [4, 3, '4 stores, of which 1 may be lost'],
  [5, 3, '5 stores, of which 2 may be lost'],
] as const) {
  test(`of ${stores} stores ${quorum} must agree`, () => {
    assert.equal(quorumOf(peers(stores)), quorum);
    assert.equal(describeStore(peers(stores)), words);
  });
}
