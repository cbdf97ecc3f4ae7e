/** Who may do what in the store: a real Redis with the users that `up` makes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openCommandLine } from '../../../src/lib/store/command-line.ts';
import { holdLease } from '../../../src/lib/store/controller-lease.ts';
import { writePulse } from '../../../src/lib/store/heartbeats.ts';
import { loadKeys, loadStreams } from '../../../src/lib/store/load-streams.ts';
import { readStore } from '../../../src/lib/store/read-connection.ts';
import { loadRing, writeRing } from '../../../src/lib/store/ring.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { addStream } from '../../../src/lib/streams/streams.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';
import { type StoreNodes, startStoreNodes } from '../../support/store-nodes.ts';
import { until } from '../../support/until.ts';

let stores: StoreNodes;
let operator: Store;
let ingest: Store;
let node: Store;

const refused = /NOPERM/;

before(async () => {
  stores = await startStoreNodes('127.215.0.0/16', 1);
  await until(async () => {
    operator = await connectStore(stores.as('operator')).catch(() => operator);
    return operator !== undefined;
  }, 'the store to start');
  ingest = await connectStore(stores.as('ingest'));
  node = await connectStore(stores.as('node'));
});
after(async () => {
  for (const store of [operator, ingest, node]) store?.close();
  await stores?.close();
});

test('an operator makes streams and changes the ring', async () => {
  await addStream(operator, { name: 'gala', by: 'test' });
  const ring = ringRecord(0, [ringNode('us-1')]);
  const write = { expected: 0, ring: { ...ring, epoch: 1 }, change: ringChange(1), moves: [] };
  assert.deepEqual(await writeRing(operator, write), { written: true });
});

test('every agent can be the controller, tells that it lives, and reads ring and streams', async () => {
  for (const store of [ingest, node]) {
    assert.ok((await holdLease(store, { node: 'us-1', atLeast: 0 })).lease.token > 0);
    await writePulse(store, 'us-1');
    assert.equal((await loadStreams(store)).length, 1);
    assert.equal((await loadRing(store))?.epoch, 1);
  }
});

test('agents of ingest nodes read the keys of publishers, others do not, and change no streams', async () => {
  assert.equal((await loadKeys(ingest)).size, 1);
  await assert.rejects(loadKeys(node), refused);
  await assert.rejects(node.redis.hset(node.keys.streams, 'x', '{}'), refused);
});

test('nobody of them looks at keys of others or changes Redis itself', async () => {
  for (const store of [operator, ingest, node]) {
    await assert.rejects(store.redis.get('sc:other:ring'), refused);
    await assert.rejects(store.redis.config('GET', 'dir'), refused);
    await assert.rejects(store.redis.flushall(), refused);
    await assert.rejects(store.redis.call('ACL', 'LIST'), refused);
  }
});

test('the user of replicas reads nothing', async () => {
  await assert.rejects(
    readStore(stores.as('replica'), (reader) => reader.redis.hgetall(reader.keys.keys)),
    refused,
  );
});

test('what was changed is there after a restart', async () => {
  await stores.nodes[0]!.redis.signal('SIGKILL');
  stores.nodes[0]!.redis.start();
  const read = () => readStore(stores.as('operator'), loadStreams).catch(() => null);
  await until(async () => (await read()) !== null, 'the store to start again');
  assert.deepEqual(
    (await read())?.map(({ name }) => name),
    ['gala'],
  );
});

test('who has no password gets no answer but that', async () => {
  const stranger = await openCommandLine(stores.as('node'), { timeoutMs: 5000 });
  const { ring, changes, keys } = node.keys;
  try {
    for (const words of [
      ['GET', ring],
      ['HGETALL', keys],
      ['SET', ring, '{}'],
      ['PUBLISH', changes, 'x'],
      ['INFO'],
    ]) {
      await assert.rejects(stranger.ask(words), /NOAUTH/);
    }
    await assert.rejects(stranger.ask(['AUTH', 'node', 'guess']), /WRONGPASS/);
  } finally {
    stranger.close();
  }
});
