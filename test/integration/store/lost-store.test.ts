/** What a store that was emptied, or came back from an older snapshot, must not do to the ring and its controller. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { changeRing } from '../../../src/lib/membership/change-ring.ts';
import { addNode, setWeight } from '../../../src/lib/membership/edits.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import { holdLease } from '../../../src/lib/store/controller-lease.ts';
import { placeStream } from '../../../src/lib/store/placements.ts';
import {
  keepNewerRing,
  loadRing,
  loadRingHistory,
  restoreRing,
  writeRing,
} from '../../../src/lib/store/ring.ts';
import type { RingRecord } from '../../../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { ringChange, ringNode } from '../../support/ring-records.ts';

const BY = { who: 'me@here', from: 'pid 1', reason: '', plan: false };
const WHAT = { stream: 'demo', cost: 1000, region: 'us' };
let redis: RedisServer;
let store: Store;

before(async () => {
  redis = await startRedis('127.201.1.5');
  store = await connectStore(redis.options);
});
beforeEach(() => store.redis.flushall());
after(async () => {
  store.close();
  await redis.close();
});

async function weigh(weight: number, knownEpoch = 0): Promise<RingRecord> {
  const request = { ...BY, what: `set-weight us-1 ${weight}`, edit: setWeight('us-1', weight), knownEpoch };
  return (await changeRing(store, request)).ring;
}

async function makeRing(): Promise<RingRecord> {
  return (await changeRing(store, { ...BY, what: 'add us-1', edit: addNode(ringNode('us-1')) })).ring;
}

/** Everything that the store holds now; the returned function brings it back, as a restart from this snapshot would. */
async function takeSnapshot(): Promise<() => Promise<void>> {
  const keys = await store.redis.keys('*');
  const dumps = await Promise.all(
    keys.map(async (key) => [key, (await store.redis.dumpBuffer(key))!] as const),
  );
  return async () => {
    await store.redis.flushall();
    for (const [key, dump] of dumps) await store.redis.restore(key, 0, dump);
  };
}

test('a reader keeps its newer ring over that of an older snapshot, and over none', async () => {
  await makeRing();
  const goBack = await takeSnapshot();
  const newer = await weigh(5);
  await goBack();
  const found = await loadRing(store);
  assert.equal(found?.epoch, 1);
  assert.equal(keepNewerRing(newer, found), newer);
  assert.equal(keepNewerRing(newer, null), newer);
  assert.equal(keepNewerRing(null, found), found);
  assert.equal(keepNewerRing(found, newer), newer);
});

test('nothing is placed by a ring that the store does not have', async () => {
  await makeRing();
  const goBack = await takeSnapshot();
  const newer = await weigh(5);
  await goBack();
  assert.deepEqual(await placeStream(store, createWish(newer, WHAT, { token: null })), {
    kind: 'stale-ring',
    epoch: 1,
  });
  await store.redis.flushall();
  assert.deepEqual(await placeStream(store, createWish(newer, WHAT, { token: null })), {
    kind: 'stale-ring',
    epoch: 0,
  });
});

test('the ring is put back over an older one or none, and over nothing else', async () => {
  const first = await makeRing();
  const goBack = await takeSnapshot();
  const newer = await weigh(5);
  assert.equal(await restoreRing(store, first), false, 'an epoch never goes back');
  assert.equal(await restoreRing(store, { ...newer, balance: 2 }), false, 'nor is one written twice');
  assert.deepEqual(await loadRing(store), newer);
  await goBack();
  assert.equal(await restoreRing(store, newer), true);
  assert.deepEqual(await loadRing(store), newer);
  await store.redis.flushall();
  assert.equal(await restoreRing(store, newer), true);
  assert.deepEqual(await loadRing(store), newer);
});

test('a change is refused while the store is behind what agents know, and goes on from there later', async () => {
  await makeRing();
  const goBack = await takeSnapshot();
  const newer = await weigh(5);
  await goBack();
  await assert.rejects(weigh(7, newer.epoch), {
    code: 'CONFLICT',
    message: 'set-weight us-1 7: the store is at epoch 1, and agents know epoch 2',
  });
  await store.redis.flushall();
  await assert.rejects(weigh(7, newer.epoch), { code: 'CONFLICT', message: /the store has no ring/ });
  await restoreRing(store, newer);
  assert.equal((await weigh(7, newer.epoch)).epoch, 3);
  const epochs = (await loadRingHistory(store, 10)).map(({ epoch, what }) => `${epoch} ${what}`);
  assert.deepEqual(epochs, ['2 restore', '3 set-weight us-1 7']);
});

test('a writer that read before the store was emptied writes nothing', async () => {
  const ring = await makeRing();
  await store.redis.flushall();
  const next = { ...ring, epoch: 2 };
  const written = await writeRing(store, { expected: 1, ring: next, change: ringChange(2), moves: [] });
  assert.deepEqual(written, { written: false, current: null });
});

test('tokens still grow after the store was emptied', async () => {
  const { lease } = await holdLease(store, { node: 'us-1', atLeast: 0 });
  await store.redis.flushall();
  const { lease: next } = await holdLease(store, { node: 'eu-1', atLeast: lease.token });
  assert.ok(next.token > lease.token);
});

test('whoever took an emptied store knowing less is superseded by whoever knows more', async () => {
  await holdLease(store, { node: 'us-1', atLeast: 41 });
  await store.redis.flushall();
  const ignorant = await holdLease(store, { node: 'eu-1', atLeast: 0 });
  assert.deepEqual([ignorant.mine, ignorant.lease.token], [true, 1]);
  const informed = await holdLease(store, { node: 'eu-2', atLeast: 42 });
  assert.deepEqual([informed.mine, informed.lease.token], [true, 43]);
  const again = await holdLease(store, { node: 'eu-1', atLeast: ignorant.lease.token });
  assert.deepEqual([again.mine, again.lease.node], [false, 'eu-2']);
});
