/** Giving up a planned move: it waits again in the same step, whatever happens to the controller or to the ring meanwhile. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import { createActing } from '../../../src/lib/controller/acting.ts';
import { tendMoves } from '../../../src/lib/controller/apply-moves.ts';
import { RoundMemory } from '../../../src/lib/controller/round-memory.ts';
import { holdLease } from '../../../src/lib/store/controller-lease.ts';
import { beginMove, loadPlannedMoves, writePlannedMoves } from '../../../src/lib/store/moves.ts';
import { loadPlacements, placeStream } from '../../../src/lib/store/placements.ts';
import { writeRing } from '../../../src/lib/store/ring.ts';
import type { PlannedMove } from '../../../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { plainWish, ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';
import { roundFacts } from '../../support/round-facts.ts';

const nodes = ['us-1', 'us-2', 'us-3', 'eu-1'].map((name) => ringNode(name));
const pin = (to: string): PlannedMove => ({
  ...{ stream: 'demo', from: 'us-1', to, why: 'pin', epoch: 1, order: 1 },
});
let redis: RedisServer;
let store: Store;
let token = 0;

before(async () => {
  redis = await startRedis('127.203.16.100');
  store = await connectStore(redis.options);
});
beforeEach(async () => {
  await store.redis.flushall();
  await changeRing(1);
  token = (await holdLease(store, { node: 'us-1', atLeast: 0 })).lease.token;
  await placeStream(store, plainWish(ringRecord(1, nodes), { stream: 'demo', token }));
  await writePlannedMoves(store, 1, [pin('us-2')]);
  assert.equal(await beginMove(store, { ...pin('us-2'), token, capacity: null, atMs: 1 }), 'done');
  assert.deepEqual(await loadPlannedMoves(store), []);
});
after(async () => {
  store.close();
  await redis.close();
});

async function changeRing(epoch: number, moves: readonly PlannedMove[] = []): Promise<void> {
  const ring = ringRecord(epoch, nodes);
  await writeRing(store, { expected: epoch - 1, ring, change: ringChange(epoch), moves });
}

/** Tends the moves of a round that read the ring at this epoch, and that finds us-2 and us-3 down. */
async function tend(epoch: number): Promise<void> {
  const placements = [...(await loadPlacements(store)).values()];
  const states = { 'us-2': 'down', 'us-3': 'down' } as const;
  const facts = roundFacts({ ring: ringRecord(epoch, nodes), placements, states });
  const mandate = { token, sinceMs: 0, isHeld: () => true, lose: () => assert.fail('superseded') };
  const log = pino({ level: 'silent' });
  const memory = new RoundMemory();
  await tendMoves(createActing({ node: 'us-1', mandate, note: () => undefined, facts, memory, store, log }));
}

const moving = async () => (await loadPlacements(store)).get('demo')!.move?.to ?? null;
const waiting = async () => (await loadPlannedMoves(store)).map(({ to, epoch }) => `${to} ${epoch}`);

test('a planned move that is given up is planned again, and at no moment neither one nor the other', async () => {
  const listener = store.redis.duplicate();
  await listener.connect();
  const seen: string[] = [];
  listener.on('message', (_channel, word: string) => seen.push(word));
  await listener.subscribe(store.keys.changes);
  await tend(1);
  assert.deepEqual([await moving(), await waiting()], [null, ['us-2 1']]);
  while (seen.length === 0) await store.redis.ping();
  assert.deepEqual(seen, ['move demo'], 'one step');
  listener.disconnect();
});

test('when the ring has changed since the round began, nothing is lost: the next round gives it up', async () => {
  await changeRing(2);
  await tend(1);
  assert.deepEqual([await moving(), await waiting()], ['us-2', []]);
  await tend(2);
  assert.deepEqual([await moving(), await waiting()], [null, ['us-2 2']]);
});

test('what a later change of the ring has planned for it stays', async () => {
  await changeRing(2, [{ ...pin('us-3'), epoch: 2 }]);
  await tend(2);
  assert.deepEqual([await moving(), await waiting()], [null, ['us-3 2']]);
});

test('a pin to another region is planned again, too: nobody else would choose it', async () => {
  await tend(1);
  const far = { ...pin('us-3'), from: 'eu-1' };
  assert.equal(await beginMove(store, { ...far, token, capacity: null, atMs: 2 }), 'done');
  await tend(1);
  assert.deepEqual([await moving(), (await waiting()).sort()], [null, ['us-2 1', 'us-3 1']]);
});
