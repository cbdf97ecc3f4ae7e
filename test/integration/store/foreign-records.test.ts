/** The store may hold what another version wrote, or a person: readers go on, and scripts do not fail half-way. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { loadRingState } from '../../../src/lib/membership/ring-state.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import {
  holdLease,
  loadLease,
  loadVerdicts,
  writeVerdicts,
} from '../../../src/lib/store/controller-lease.ts';
import { abortMove, beginMove, finishMove, loadPlannedMoves } from '../../../src/lib/store/moves.ts';
import {
  loadLoads,
  loadPlaced,
  loadPlacements,
  loadPlacementsOf,
  loadRefusals,
  placeStream,
  releaseStream,
} from '../../../src/lib/store/placements.ts';
import { loadRing, loadRingHistory, restoreRing, writeRing } from '../../../src/lib/store/ring.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';

const RING = ringRecord(
  1,
  ['eu-1', 'us-1', 'us-2'].map((name) => ringNode(name)),
);
const STREAM = { stream: 'demo', cost: 1000, region: 'us' };
const FOREIGN = [
  '',
  'null',
  '7',
  'inf',
  'nan',
  '1e400',
  '"text"',
  '[]',
  '{}',
  '{"version":2}',
  '{"version":1,"epoch":"one"}',
  '{"version":1,"cost":1000,"replicas":[null,{}],"stream":"demo"}',
  '{"version":1,"stream":"demo","cost":NaN,"replicas":["us-1"],"region":"us","move":null}',
  '{"version":1,"cost":"x","replicas":{},"move":7}',
  '{"stream":{},"node":[],"token":"x","from":1,"to":null}',
  '{"__proto__":1}',
  '{"a":'.repeat(2000),
  'not JSON \u0000 \u00e9 \ud83d\ude00',
];
let redis: RedisServer;
let store: Store;

before(async () => {
  redis = await startRedis('127.201.1.7');
  store = await connectStore(redis.options);
});
beforeEach(() => store.redis.flushall());
after(async () => {
  store.close();
  await redis.close();
});

/** Puts one foreign text wherever a record of ours could be. */
async function spoil(text: string): Promise<void> {
  const { keys, redis: client } = store;
  for (const hash of [
    keys.placements,
    keys.moves,
    keys.refusals,
    keys.verdicts,
    keys.loads,
    keys.placed('us-1'),
  ]) {
    await client.hset(hash, 'demo', text, 'us-1', text, 'demo us-1', text, '', text);
  }
  await client.set(keys.controller, text);
  await client.set(keys.controllerToken, text);
  await client.xadd(keys.ringHistory, '*', 'change', text, 'other', text);
  await client.xadd(keys.ringHistory, '*', 'nothing', text);
}

for (const text of FOREIGN) {
  test(`readers and scripts go on beside ${JSON.stringify(text.slice(0, 40))}`, async () => {
    await writeRing(store, { expected: 0, ring: RING, change: ringChange(1), moves: [] });
    await spoil(text);
    assert.deepEqual([...(await loadPlacements(store))], []);
    assert.deepEqual([...(await loadPlacementsOf(store, ['demo', 'constructor']))], []);
    assert.deepEqual([...(await loadPlaced(store, 'us-1'))], []);
    assert.deepEqual(await loadPlannedMoves(store), []);
    assert.ok((await loadRefusals(store)).every(({ stream }) => typeof stream === 'string'));
    assert.ok([...(await loadVerdicts(store)).keys()].every((node) => typeof node === 'string'));
    assert.ok([...(await loadLoads(store)).values()].every(Number.isFinite));
    assert.ok((await loadRingHistory(store, 10)).every((change) => typeof change === 'object'));
    await loadLease(store);
    assert.deepEqual((await loadRingState(store)).ring, RING);

    const { mine, lease } = await holdLease(store, { node: 'us-1', atLeast: 0 });
    assert.equal(mine, true);
    const { token } = lease;
    assert.equal(await finishMove(store, { token, stream: 'demo' }), 'not-possible');
    assert.equal(await abortMove(store, { token, stream: 'demo' }), 'not-possible');
    const outcome = await placeStream(store, createWish(RING, STREAM, { token }));
    assert.ok(outcome.kind === 'placed');
    assert.deepEqual(outcome.placement.replicas.length, 2);
    const [from = ''] = outcome.placement.replicas;
    const to = from === 'us-1' ? 'us-2' : 'us-1';
    const move = { token, epoch: 1, stream: 'demo', from, to, why: 'home', capacity: null, atMs: 1 } as const;
    assert.equal(await beginMove(store, move), 'done');
    assert.equal(await finishMove(store, { token, stream: 'demo' }), 'done');
    assert.equal(await releaseStream(store, { stream: 'demo', token }), true);
    assert.deepEqual((await loadLoads(store)).get('eu-1'), undefined);
    assert.equal(await writeVerdicts(store, { token, verdicts: [] }), true);
    const next = { ...RING, epoch: 2 };
    const moves = [{ stream: 'demo', from, to, why: 'home', epoch: 2, order: 0 }] as const;
    assert.deepEqual(await writeRing(store, { expected: 1, ring: next, change: ringChange(2), moves }), {
      written: true,
    });
    assert.deepEqual(await loadPlannedMoves(store), [], 'of a stream that is not placed none is kept');
  });

  test(`what is no ring counts as none: ${JSON.stringify(text.slice(0, 40))}`, async () => {
    await store.redis.set(store.keys.ring, text);
    assert.equal(await loadRing(store), null);
    assert.equal((await loadRingState(store)).ring.epoch, 0);
    assert.deepEqual(await placeStream(store, createWish(RING, STREAM, { token: null })), {
      kind: 'stale-ring',
      epoch: 0,
    });
    assert.equal(await restoreRing(store, RING), true);
    assert.deepEqual(await loadRing(store), RING);
  });
}

test("a later version's ring is not read, and not overwritten either", async () => {
  const later = { ...RING, version: 2, epoch: 9 };
  await store.redis.set(store.keys.ring, JSON.stringify(later));
  assert.equal(await loadRing(store), null);
  const written = await writeRing(store, { expected: 0, ring: RING, change: ringChange(1), moves: [] });
  assert.deepEqual(written, { written: false, current: null });
  assert.equal(await restoreRing(store, { ...RING, epoch: 9 }), false);
  assert.equal(await store.redis.get(store.keys.ring), JSON.stringify(later));
});

test('rings with a node, a pin or a number out of shape are none', async () => {
  const broken = [
    { nodes: [{ ...ringNode('us-1'), weight: 0 }] },
    { nodes: [{ ...ringNode('us-1'), state: 'gone' }] },
    { nodes: [{ ...ringNode('us-1'), host: '' }] },
    { nodes: [{ ...ringNode('us-1'), capacity: 'much' }] },
    { nodes: {} },
    { pins: [] },
    { pins: { demo: 'us-1' } },
    { balance: 0.5 },
    { replicas: 0 },
    { epoch: 0 },
    { epoch: 1.5 },
  ];
  for (const part of broken) {
    await store.redis.set(store.keys.ring, JSON.stringify({ ...RING, ...part }));
    assert.equal(await loadRing(store), null, JSON.stringify(part));
  }
});

test('a placement with foreign parts is read by no reader, and put right by the next placing', async () => {
  await writeRing(store, { expected: 0, ring: RING, change: ringChange(1), moves: [] });
  const move = { from: 'us-1', to: 'us-2', why: {}, startedMs: 'then' };
  const foreign = {
    version: 1,
    stream: 'demo',
    cost: 1000,
    region: 7,
    epoch: 'x',
    replicas: ['us-1'],
    move,
    createdMs: {},
  };
  await store.redis.hset(store.keys.placements, 'demo', JSON.stringify(foreign));
  await loadPlacements(store);
  const outcome = await placeStream(store, createWish(RING, STREAM, { token: null }));
  assert.ok(outcome.kind === 'placed');
  assert.deepEqual(outcome.placement.replicas, ['us-1', 'eu-1']);
  assert.deepEqual([...(await loadPlacements(store)).values()], [outcome.placement]);
});
