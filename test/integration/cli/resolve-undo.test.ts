/** What taking a change of the ring back amounts to: a store, and no cluster. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { resolveUndo } from '../../../src/lib/cli/ring/resolve-undo.ts';
import { changeRing } from '../../../src/lib/membership/change-ring.ts';
import { addNode, removeNode } from '../../../src/lib/membership/edits.ts';
import type { ClusterView } from '../../../src/lib/nodes/cluster-view.ts';
import type { RemovedNode, RingNode } from '../../../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';

const VIEW = { name: 'test', peers: [] } as unknown as ClusterView;
const node = (name: string, host: string): RingNode => ({
  name,
  region: 'us',
  host,
  weight: 2,
  capacity: 2500,
  state: 'active',
});

let redis: RedisServer;
let store: Store;
before(async () => {
  redis = await startRedis('127.211.0.2');
  store = await connectStore(redis.options);
});
after(async () => {
  store.close();
  await redis.close();
});

const by = { who: 'a test', from: '', reason: '', plan: false };
/** Adds a node, removes it again, and returns what would take the removal back. */
async function undoRemoval(name: string, was: RemovedNode | undefined) {
  for (const one of ['stays', name]) {
    const edit = addNode(node(one, `127.9.1.${one.length}`));
    await changeRing(store, { ...by, what: `add-node ${one}`, edit }).catch(() => undefined);
  }
  await changeRing(store, { ...by, what: `remove-node ${name}`, edit: removeNode(name), was });
  const undo = await resolveUndo(store, VIEW, undefined);
  assert.ok(undo.kind === 'add-node');
  return undo.addition;
}

test('a node that was taken out comes back with all that the spec said of it', async () => {
  const was: RemovedNode = { roles: ['origin', 'edge'], ports: { http: 9080 } };
  const { node: entry, host } = await undoRemoval('us-2', was);
  assert.deepEqual([entry.roles, entry.ports, entry.weight, entry.capacity], [was.roles, was.ports, 2, 2.5]);
  assert.equal(host, '127.9.1.4', 'an address of this machine stays');
});

test('a machine comes back by its host', async () => {
  const { node: entry, host } = await undoRemoval('us-33', { roles: ['origin'], host: 'us.example.com' });
  assert.deepEqual([entry.host, host], ['us.example.com', undefined]);
});

test('a node that an older version took out comes back as an origin', async () => {
  const { node: entry } = await undoRemoval('us-444', undefined);
  assert.deepEqual([entry.roles, entry.ports], [['origin'], null]);
});
