import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../../src/lib/nodes/node-config.ts';
import { chooseTargets, listRelayAddresses } from '../../../../src/lib/publisher/relay/choose-targets.ts';
import { DEFAULT_PORTS } from '../../../../src/lib/spec/defaults.ts';

function peer(name: string, address: string, roles: Peer['roles'] = ['ingest']): Peer {
  return { name, region: name.split('-')[0]!, address, roles, ports: DEFAULT_PORTS, weight: 1 } as Peer;
}

test('a relay sends to one ingest of each of two regions, in the order of the spec', () => {
  const peers = [
    peer('us-1', '127.9.1.1', ['origin']),
    peer('us-2', '127.9.1.2'),
    peer('us-3', '127.9.1.3'),
    peer('eu-1', '127.9.2.1'),
    peer('ap-1', '127.9.3.1'),
  ];
  assert.deepEqual(chooseTargets(peers), ['rtmp://127.9.1.2:1935/live', 'rtmp://127.9.2.1:1935/live']);
  assert.deepEqual(chooseTargets([peer('us-1', '127.9.1.1')]), ['rtmp://127.9.1.1:1935/live']);
});

test('a relay listens in the block of its cluster, where no node is', () => {
  const [first, second] = listRelayAddresses([peer('us-1', '127.9.1.1'), peer('eu-1', '127.9.0.1')]);
  assert.deepEqual(first, { address: '127.9.0.2', port: 1935 });
  assert.deepEqual(second, { address: '127.9.0.3', port: 1935 });
  assert.equal(listRelayAddresses([peer('us-1', '10.0.0.7')])[0]?.address, '127.0.0.1');
});
