import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createWish } from '../../../src/lib/placement/wish.ts';
import { loadRefusals, placeStream, releaseStream } from '../../../src/lib/store/placements.ts';
import { writeRing } from '../../../src/lib/store/ring.ts';
import type { PlacementRefusal, RingNode, RingRecord } from '../../../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';

let redis: RedisServer;
let store: Store;

before(async () => {
  redis = await startRedis('127.201.1.8');
  store = await connectStore(redis.options);
});
beforeEach(() => store.redis.flushall());
after(async () => {
  store.close();
  await redis.close();
});

async function useRing(nodes: readonly RingNode[]): Promise<RingRecord> {
  const ring = ringRecord(1, nodes);
  await store.redis.del(store.keys.ring);
  await writeRing(store, { expected: 0, ring, change: ringChange(1), moves: [] });
  return ring;
}

interface Asked {
  readonly stream?: string;
  readonly cost?: number;
  readonly down?: readonly string[];
}

async function place(ring: RingRecord, { stream = 'demo', cost = 1556, down = [] }: Asked = {}) {
  const outcome = await placeStream(
    store,
    createWish(ring, { stream, cost, region: 'us' }, { down, token: null }),
  );
  assert.ok(outcome.kind === 'placed');
  return { replicas: outcome.placement.replicas, refusal: outcome.refusal };
}

const words = (refusal: PlacementRefusal | null) => [refusal?.lack, refusal?.cure];

test('a lack of capacity is told with who has most, in units, and what would cure it', async () => {
  const nodes = [
    ringNode('eu-1', { capacity: 1000 }),
    ringNode('eu-2', { capacity: 1400 }),
    ringNode('us-1'),
  ];
  const { replicas, refusal } = await place(await useRing(nodes));
  assert.deepEqual(replicas, ['us-1']);
  assert.deepEqual(words(refusal), [
    'replica 2 of demo costs 1.556, and no origin node in region eu has that left: eu-2 has most, 1.4 of 1.4 ' +
      '(1 is a rendition of 720p30)',
    'Add an origin node in region eu, or free 0.156 on eu-2: end a stream there, or take a rendition out of the ladder.',
  ]);
  assert.deepEqual(await loadRefusals(store), [refusal]);
});

test('capacity is never exceeded, and is free again when a stream ends', async () => {
  const ring = await useRing([ringNode('us-1', { capacity: 2000 })]);
  assert.deepEqual((await place(ring, { stream: 'first' })).replicas, ['us-1']);
  const second = await place(ring, { stream: 'second' });
  assert.deepEqual(second.replicas, []);
  assert.match(second.refusal!.lack, /^replica 1 of second costs 1.556, .* us-1 has most, 0.444 of 2 /);
  await releaseStream(store, { stream: 'first', token: null });
  assert.deepEqual((await place(ring, { stream: 'second' })).replicas, ['us-1']);
});

test('a lack of hosts, of regions and of any node is told as what it is', async () => {
  const shared = { host: 'machine-1' };
  const one = await place(await useRing([ringNode('us-1', shared), ringNode('us-2', shared)]));
  assert.equal(one.replicas.length, 1);
  assert.deepEqual(words(one.refusal), [
    'replica 2 of demo: no active origin node in region us is on another host than machine-1',
    'Add an origin node on another host in region us.',
  ]);
  const ring = await useRing([ringNode('us-1', { state: 'draining' })]);
  const none = await place(ring, { stream: 'other' });
  assert.deepEqual(words(none.refusal), [
    'replica 1 of other: no origin node is up and active',
    'Add an origin node, or undrain one.',
  ]);
});

test('a refusal keeps its time while the lack is the same, and goes when the stream is whole', async () => {
  const nodes = [ringNode('eu-1'), ringNode('us-1')];
  const ring = await useRing(nodes);
  const first = await place(ring, { down: ['eu-1'] });
  const again = await place(ring, { down: ['eu-1'] });
  assert.ok(first.refusal !== null);
  assert.deepEqual(again.refusal, first.refusal);
  const whole = await place(ring);
  assert.deepEqual([whole.replicas, whole.refusal], [['us-1', 'eu-1'], null]);
  assert.deepEqual(await loadRefusals(store), []);
});

test('a refusal goes with its stream', async () => {
  const ring = await useRing([ringNode('us-1')]);
  await place(ring);
  assert.equal((await loadRefusals(store)).length, 1);
  await releaseStream(store, { stream: 'demo', token: null });
  assert.deepEqual(await loadRefusals(store), []);
});
