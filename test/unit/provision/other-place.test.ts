import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { findMoved } from '../../../src/lib/provision/other-place.ts';

const ssh = { parallel: 4, connectTimeoutSec: 5 };
const on = (name: string, host: string) => ({ name, host }) as Peer;
const record = { ssh, peers: [on('us-1', 'a.example.net'), on('eu-1', 'b.example.net')] };
const spec = (...nodes: Peer[]) => ({ cluster: 'demo', ssh, nodes });

test('nodes that stay, leave or are new are no conflict', () => {
  assert.equal(findMoved(spec(on('us-1', 'a.example.net'), on('ap-1', 'c.example.net')), record), null);
});

test('a node whose host is another one is refused: the old machine would go on with it', () => {
  const error = findMoved(spec(on('us-1', 'x.example.net')), record);
  assert.equal(error?.code, 'CONFLICT');
  assert.match(error?.message ?? '', /us-1 is on a\.example\.net, and the spec says x\.example\.net/);
});

test('a cluster on machines does not become one on this machine', () => {
  assert.equal(findMoved({ cluster: 'demo', ssh: null, nodes: [] }, record)?.code, 'CONFLICT');
});
