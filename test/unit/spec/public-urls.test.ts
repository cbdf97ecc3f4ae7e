import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_PORTS } from '../../../src/lib/spec/defaults.ts';
import {
  directPlaylistUrl,
  directWays,
  playlistUrl,
  publishUrl,
  watchUrl,
} from '../../../src/lib/spec/public-urls.ts';

const local = {
  name: 'eu-1',
  region: 'eu',
  address: '127.9.2.1',
  roles: ['ingest', 'edge'],
  ports: DEFAULT_PORTS,
  weight: 1,
} as const;

test('a node without a public address is reached on the one that it has', () => {
  assert.equal(playlistUrl(local, 'demo'), 'http://127.9.2.1:8080/live/demo/index.m3u8');
  assert.equal(publishUrl(local), 'rtmp://127.9.2.1/live');
});

test('viewers and publishers are told the public address, never the one inside', () => {
  const remote = { ...local, address: '10.9.2.1', publicAddress: 'eu-1.example.com' };
  assert.equal(watchUrl(remote, 'demo'), 'http://eu-1.example.com:8080/watch/demo');
  assert.equal(
    publishUrl({ ...remote, ports: { ...DEFAULT_PORTS, rtmp: 1936 } }),
    'rtmp://eu-1.example.com:1936/live',
  );
});

test('viewers are told the url of an edge that has one; simulated viewers go to the edge itself', () => {
  const edge = {
    ...local,
    address: '10.9.2.1',
    publicAddress: 'eu-1.example.com',
    url: 'https://eu.example.com',
  };
  assert.equal(watchUrl(edge, 'demo'), 'https://eu.example.com/watch/demo');
  assert.equal(playlistUrl(edge, 'demo'), 'https://eu.example.com/live/demo/index.m3u8');
  assert.equal(directPlaylistUrl(edge, 'demo'), 'http://eu-1.example.com:8080/live/demo/index.m3u8');
  assert.equal(publishUrl(edge), 'rtmp://eu-1.example.com/live');
  assert.deepEqual(
    [...directWays([local, edge])],
    [['https://eu.example.com', 'http://eu-1.example.com:8080']],
  );
});
