import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterView } from '../../../src/lib/nodes/cluster-view.ts';
import type { Peer, Role } from '../../../src/lib/nodes/node-config.ts';
import { DEFAULT_PORTS } from '../../../src/lib/spec/defaults.ts';
import { playlistUrls } from '../../../src/lib/viewer/playlist-urls.ts';

function peer(name: string, region: string, roles: Role[]): Peer {
  return { name, region, address: `${name}.test`, roles, ports: DEFAULT_PORTS, weight: 1 };
}

const cluster = {
  name: 'demo',
  regions: ['us', 'eu'],
  peers: [
    peer('us-1', 'us', ['origin', 'edge']),
    peer('us-2', 'us', ['origin']),
    peer('eu-1', 'eu', ['edge']),
  ],
} as unknown as ClusterView;

test('playlistUrls() names the edges of the region only', () => {
  assert.deepEqual(playlistUrls(cluster, 'demo', 'us'), ['http://us-1.test:8080/live/demo/index.m3u8']);
});

test('playlistUrls() names every edge without a region', () => {
  assert.equal(playlistUrls(cluster, 'demo', null).length, 2);
});

test('playlistUrls() refuses an unknown region and names the known ones', () => {
  assert.throws(() => playlistUrls(cluster, 'demo', 'mars'), {
    code: 'NOT_FOUND',
    hint: 'Choose one of: us, eu.',
  });
});
