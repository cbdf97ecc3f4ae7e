import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createWish } from '../../../src/lib/placement/wish.ts';
import {
  dropLease,
  holdLease,
  LEASE_TTL_MS,
  loadLease,
  loadVerdicts,
  writeVerdicts,
} from '../../../src/lib/store/controller-lease.ts';
import {
  abortMove,
  beginMove,
  dropPlannedMove,
  finishMove,
  writePlannedMoves,
} from '../../../src/lib/store/moves.ts';
import { placeStream, releaseStream } from '../../../src/lib/store/placements.ts';
import { writeRing } from '../../../src/lib/store/ring.ts';
import type { NodeVerdict } from '../../../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';
import { until } from '../../support/until.ts';

const RING = ringRecord(
  1,
  ['eu-1', 'us-1', 'us-2'].map((name) => ringNode(name)),
);
const WISH = createWish(RING, { stream: 'demo', cost: 1000, region: 'us' }, { token: null });
let redis: RedisServer;
let store: Store;

before(async () => {
  redis = await startRedis('127.201.1.6');
  store = await connectStore(redis.options);
});
beforeEach(async () => {
  await store.redis.flushall();
  await writeRing(store, { expected: 0, ring: RING, change: ringChange(1), moves: [] });
});
after(async () => {
  store.close();
  await redis.close();
});

test('one node holds the lease and renews it under the same token; others are told who', async () => {
  const first = await holdLease(store, { node: 'us-1', atLeast: 0 });
  assert.deepEqual([first.mine, first.lease.token], [true, 1]);
  const other = await holdLease(store, { node: 'eu-1', atLeast: 0 });
  assert.deepEqual(other, { mine: false, lease: first.lease });
  await store.redis.pexpire(store.keys.controller, LEASE_TTL_MS / 4);
  assert.deepEqual(await holdLease(store, { node: 'us-1', atLeast: 1 }), first);
  assert.ok((await store.redis.pttl(store.keys.controller)) > LEASE_TTL_MS / 2);
  assert.deepEqual(await loadLease(store), first.lease);
});

test('a lease that is given back is free at once, and only its holder can', async () => {
  const { lease } = await holdLease(store, { node: 'us-1', atLeast: 0 });
  await dropLease(store, { ...lease, node: 'eu-1' });
  await dropLease(store, { ...lease, token: lease.token + 1 });
  assert.deepEqual(await loadLease(store), lease);
  await dropLease(store, lease);
  assert.equal(await loadLease(store), null);
  assert.equal((await holdLease(store, { node: 'eu-1', atLeast: 0 })).lease.token, lease.token + 1);
});

test('a frozen holder is replaced within 3 s, and every script refuses its token from then on', async () => {
  const { lease: frozen } = await holdLease(store, { node: 'us-1', atLeast: 0 });
  const outcome = await placeStream(store, { ...WISH, token: frozen.token });
  assert.ok(outcome.kind === 'placed');
  const [home = ''] = outcome.placement.replicas;
  const to = home === 'us-1' ? 'us-2' : 'us-1';
  const planned = { stream: 'demo', from: home, to, why: 'home', epoch: 1, order: 0 } as const;
  await writePlannedMoves(store, 1, [planned]);
  const beganMs = performance.now();
  await until(async () => (await holdLease(store, { node: 'eu-1', atLeast: 0 })).mine, 'the lease', 5000);
  assert.ok(performance.now() - beganMs < 3000, 'taken in time');
  assert.ok(performance.now() - beganMs > LEASE_TTL_MS - 500, 'and not while it might be held');

  const snapshot = await dumpAll();
  const { token } = frozen;
  const move = { ...planned, token, capacity: null, atMs: 1 };
  assert.deepEqual(await placeStream(store, { ...WISH, stream: 'other', token }), { kind: 'superseded' });
  assert.deepEqual(await placeStream(store, { ...WISH, gone: [home], token }), { kind: 'superseded' });
  assert.equal(await releaseStream(store, { stream: 'demo', token }), false);
  assert.equal(await beginMove(store, move), 'superseded');
  assert.equal(await finishMove(store, { token, stream: 'demo' }), 'superseded');
  assert.equal(await abortMove(store, { token, stream: 'demo' }), 'superseded');
  assert.equal(await dropPlannedMove(store, { token, stream: 'demo', from: home }), 'superseded');
  assert.equal(await writeVerdicts(store, { token, verdicts: [] }), false);
  assert.equal((await holdLease(store, { node: 'us-1', atLeast: token })).mine, false);
  assert.deepEqual(await dumpAll(), snapshot, 'none of them changed anything');
  assert.equal(await beginMove(store, { ...move, token: token + 1 }), 'done');
});

test('a lease that ran out while nobody wanted it comes back under a new token, and the old one is void', async () => {
  const { lease } = await holdLease(store, { node: 'us-1', atLeast: 0 });
  await store.redis.del(store.keys.controller);
  const again = await holdLease(store, { node: 'us-1', atLeast: lease.token });
  assert.equal(again.lease.token, lease.token + 1);
  assert.equal(await releaseStream(store, { stream: 'demo', token: lease.token }), false);
});

test('verdicts are written as a whole, and told of only when a state changed', async () => {
  const { token } = (await holdLease(store, { node: 'us-1', atLeast: 0 })).lease;
  const verdict = (node: string, state: NodeVerdict['state'], why = ''): NodeVerdict => ({
    node,
    state,
    why,
    sinceMs: 1,
  });
  const words: string[] = [];
  const listener = store.redis.duplicate();
  await listener.connect();
  listener.on('message', (_channel, word: string) => words.push(word));
  await listener.subscribe(store.keys.changes);
  await writeVerdicts(store, { token, verdicts: [verdict('us-1', 'up'), verdict('us-2', 'down')] });
  await writeVerdicts(store, {
    token,
    verdicts: [verdict('us-1', 'up', 'other words'), verdict('us-2', 'down')],
  });
  await writeVerdicts(store, { token, verdicts: [verdict('us-1', 'up')] });
  assert.deepEqual([...(await loadVerdicts(store))], [['us-1', verdict('us-1', 'up')]]);
  await store.redis.publish(store.keys.changes, 'end');
  await until(async () => words.includes('end'), 'the last word');
  listener.disconnect();
  assert.deepEqual(
    words.map((word) => word.trim()),
    ['controller', 'controller', 'end'],
  );
});

async function dumpAll(): Promise<Record<string, string>> {
  const keys = (await store.redis.keys('*')).filter((key) => key !== store.keys.controller).toSorted();
  const values = await Promise.all(keys.map((key) => store.redis.dump(key)));
  return Object.fromEntries(keys.map((key, at) => [key, String(values[at])]));
}
