import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { holdLease } from '../../../src/lib/store/controller-lease.ts';
import { abortMove, beginMove, finishMove } from '../../../src/lib/store/moves.ts';
import {
  loadLoads,
  loadPlaced,
  loadPlacements,
  loadPlacementsOf,
  type PlaceOutcome,
  type PlaceWish,
  placeStream,
  releaseStream,
} from '../../../src/lib/store/placements.ts';
import { writeRing } from '../../../src/lib/store/ring.ts';
import type { RingRecord } from '../../../src/lib/store/ring-records.ts';
import { openSession } from '../../../src/lib/store/sessions.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { plainWish, ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';

const RING = ringRecord(1, [
  ringNode('eu-1'),
  ringNode('eu-2'),
  ringNode('us-1'),
  ringNode('us-2', { host: 'host-us-1' }),
  ringNode('us-3', { state: 'draining' }),
]);
const HOME_FIRST = { regions: plainWish(RING).regions.toReversed() };
let redis: RedisServer;
let store: Store;

before(async () => {
  redis = await startRedis('127.201.1.2');
  store = await connectStore(redis.options);
});
beforeEach(() => store.redis.flushall());
after(async () => {
  store.close();
  await redis.close();
});

async function useRing(ring: RingRecord = RING): Promise<void> {
  await store.redis.del(store.keys.ring);
  await writeRing(store, { expected: 0, ring: { ...ring, epoch: 1 }, change: ringChange(1), moves: [] });
}

async function place(differing: Partial<PlaceWish> = {}, ring = RING): Promise<Placed> {
  const outcome = await placeStream(store, { ...plainWish(ring), ...HOME_FIRST, ...differing });
  assert.equal(outcome.kind, 'placed');
  return outcome as Placed;
}
type Placed = Extract<PlaceOutcome, { kind: 'placed' }>;

const loads = async (): Promise<Record<string, number>> => Object.fromEntries(await loadLoads(store));

test('a stream gets a replica in the region of its publisher and one in another', async () => {
  await useRing();
  const { placement, added, refusal } = await place();
  assert.deepEqual(placement.replicas, ['us-1', 'eu-1']);
  assert.deepEqual(added, ['us-1', 'eu-1']);
  assert.equal(refusal, null);
  assert.deepEqual(await loads(), { 'us-1': 1000, 'eu-1': 1000 });
  assert.deepEqual([...(await loadPlaced(store, 'us-1'))], [['demo', 'replica']]);
  assert.deepEqual((await loadPlacementsOf(store, ['demo', 'none'])).get('demo'), placement);
});

test('placing again changes nothing and tells nobody', async () => {
  await useRing();
  const first = await place();
  const words: string[] = [];
  const listener = store.redis.duplicate();
  await listener.connect();
  listener.on('message', (_channel, word: string) => words.push(word));
  await listener.subscribe(store.keys.changes);
  const again = await place();
  assert.deepEqual(again, { ...first, added: [] });
  await releaseStream(store, { stream: 'demo', token: null });
  while (words.length === 0) await store.redis.ping();
  assert.deepEqual(words, ['placement demo']);
  listener.disconnect();
});

test('a wish of another epoch than the ring is refused', async () => {
  assert.deepEqual(await placeStream(store, plainWish(RING)), { kind: 'stale-ring', epoch: 0 });
  await useRing();
  assert.deepEqual(await placeStream(store, plainWish({ ...RING, epoch: 2 })), {
    kind: 'stale-ring',
    epoch: 1,
  });
  assert.deepEqual([...(await loadPlacements(store))], []);
});

test('with one region both replicas are there, on two hosts', async () => {
  const ring = ringRecord(
    1,
    RING.nodes.filter(({ region }) => region === 'us'),
  );
  await useRing(ring);
  const { placement, refusal } = await place({ regions: plainWish(ring).regions }, ring);
  assert.deepEqual(placement.replicas, ['us-1']);
  assert.equal(
    refusal?.lack,
    'replica 2 of demo: no active origin node in region us is on another host than host-us-1',
  );
  assert.equal(refusal?.cure, 'Add an origin node on another host in region us.');
});

test('a replica whose node is gone is placed anew, and the others stay', async () => {
  await useRing();
  await place();
  const { placement, added } = await place({ gone: ['us-1'], regions: plainWish(RING).regions });
  assert.deepEqual(added, ['us-1']);
  assert.deepEqual(placement.replicas, ['us-1', 'eu-1']);
  const without = { ...RING, nodes: RING.nodes.filter(({ name }) => name !== 'us-1') };
  const { placement: next } = await place({ ...plainWish(without) });
  assert.deepEqual(next.replicas, ['us-2', 'eu-1']);
  assert.deepEqual(await loads(), { 'us-2': 1000, 'eu-1': 1000 });
  assert.equal((await loadPlaced(store, 'us-1')).size, 0);
});

test('a replica on a draining node stays, and keeps its region taken', async () => {
  const active = ringRecord(1, [ringNode('us-3')], { replicas: 1 });
  await useRing(active);
  await place(plainWish(active), active);
  await useRing();
  const { placement } = await place();
  assert.deepEqual(placement.replicas, ['us-3', 'eu-1']);
});

test('another cost is counted on every node that runs the stream, and a joining one', async () => {
  await useRing();
  const { lease } = await holdLease(store, { node: 'us-1', atLeast: 0 });
  await place();
  await begin(lease.token);
  await place({ cost: 1500 });
  assert.deepEqual(await loads(), { 'us-1': 1500, 'eu-1': 1500, 'eu-2': 1500 });
  assert.equal(await abortMove(store, { token: lease.token, stream: 'demo' }), 'done');
  assert.deepEqual(await loads(), { 'us-1': 1500, 'eu-1': 1500 });
});

test('fewer replicas wanted: the last goes', async () => {
  await useRing();
  await place();
  assert.deepEqual((await place({ replicas: 1 })).placement.replicas, ['us-1']);
  assert.deepEqual(await loads(), { 'us-1': 1000 });
});

async function begin(token: number, differing: object = {}): Promise<string> {
  const move = {
    token,
    epoch: 1,
    stream: 'demo',
    from: 'eu-1',
    to: 'eu-2',
    why: 'home',
    capacity: null,
    atMs: 7,
  };
  return await beginMove(store, { ...move, ...differing } as Parameters<typeof beginMove>[1]);
}

test('a move adds the newcomer, then takes the old node away', async () => {
  await useRing();
  const { token } = (await holdLease(store, { node: 'us-1', atLeast: 0 })).lease;
  await place();
  assert.equal(await begin(token), 'done');
  assert.deepEqual([...(await loadPlaced(store, 'eu-2'))], [['demo', 'joining']]);
  assert.equal(await begin(token), 'not-possible');
  assert.equal(await finishMove(store, { token, stream: 'demo' }), 'done');
  const record = (await loadPlacements(store)).get('demo')!;
  assert.deepEqual([record.replicas, record.move], [['us-1', 'eu-2'], null]);
  assert.deepEqual(await loads(), { 'us-1': 1000, 'eu-2': 1000 });
  assert.deepEqual([...(await loadPlaced(store, 'eu-2'))], [['demo', 'replica']]);
  assert.equal(await finishMove(store, { token, stream: 'demo' }), 'not-possible');
});

test('a move does not begin where it may not go', async () => {
  await useRing();
  const { token } = (await holdLease(store, { node: 'us-1', atLeast: 0 })).lease;
  await place();
  assert.equal(await begin(token, { epoch: 2 }), 'stale-ring');
  assert.equal(await begin(token, { to: 'us-1' }), 'not-possible', 'runs there already');
  assert.equal(await begin(token, { to: 'us-2' }), 'not-possible', 'shares the host of us-1');
  assert.equal(await begin(token, { to: 'us-3' }), 'not-possible', 'drains');
  assert.equal(await begin(token, { to: 'ap-1' }), 'not-possible', 'is not in the ring');
  assert.equal(await begin(token, { from: 'eu-2' }), 'not-possible', 'does not run there');
  assert.equal(await begin(token, { capacity: 999 }), 'not-possible', 'cannot carry it');
  assert.equal(await begin(token - 1), 'superseded');
  assert.equal(await begin(token, { capacity: 1000 }), 'done');
});

test('the newcomer of a move stands in for a node that is lost', async () => {
  await useRing();
  const { token } = (await holdLease(store, { node: 'us-1', atLeast: 0 })).lease;
  await place();
  await begin(token);
  const { placement, added } = await place({ gone: ['eu-1'], token });
  assert.deepEqual([placement.replicas, placement.move, added], [['us-1', 'eu-2'], null, []]);
  assert.deepEqual(await loads(), { 'us-1': 1000, 'eu-2': 1000 });
});

test('a stream is not given back while its publisher is there, unless asked to', async () => {
  await useRing();
  await place();
  const session = { stream: 'demo', sessionId: 1, node: 'us-1', client: 'c', clientAddress: 'a', keyId: 'k' };
  await openSession(store, session);
  assert.equal(await releaseStream(store, { stream: 'demo', token: null, unlessLive: true }), false);
  assert.equal(await releaseStream(store, { stream: 'demo', token: null }), true);
  assert.deepEqual(await loads(), {});
  assert.equal(await releaseStream(store, { stream: 'demo', token: null }), false);
});
