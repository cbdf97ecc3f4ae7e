import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { StreamctlError } from '../../../src/lib/base/errors.ts';
import { awaitMoves, type MoveProgress } from '../../../src/lib/membership/await-moves.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import type { StepReport } from '../../../src/lib/provision/context.ts';
import { awaitChange } from '../../../src/lib/provision/ring/await-change.ts';
import { holdLease } from '../../../src/lib/store/controller-lease.ts';
import { abortMove, beginMove, finishMove, writePlannedMoves } from '../../../src/lib/store/moves.ts';
import { placeStream, releaseStream } from '../../../src/lib/store/placements.ts';
import { recordEvent } from '../../../src/lib/store/record-event.ts';
import { writeRing } from '../../../src/lib/store/ring.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';

const RING = ringRecord(
  1,
  ['us-1', 'us-2'].map((name) => ringNode(name)),
  { replicas: 1 },
);
let redis: RedisServer;
let store: Store;
let token = 0;
let from = '';
let to = '';

before(async () => {
  redis = await startRedis('127.201.1.10');
  store = await connectStore(redis.options);
});
beforeEach(async () => {
  await store.redis.flushall();
  await writeRing(store, { expected: 0, ring: RING, change: ringChange(1), moves: [] });
  token = (await holdLease(store, { node: 'us-1', atLeast: 0 })).lease.token;
  const wish = createWish(RING, { stream: 'demo', cost: 1, region: 'us' }, { token: null });
  const outcome = await placeStream(store, wish);
  assert.ok(outcome.kind === 'placed');
  from = outcome.placement.replicas[0]!;
  to = from === 'us-1' ? 'us-2' : 'us-1';
});
after(async () => {
  store.close();
  await redis.close();
});

const signal = new AbortController().signal;
const plan = async () => await writePlannedMoves(store, 1, [{ ...move(), epoch: 1, order: 0 }]);
const begin = async () => await beginMove(store, { ...move(), token, epoch: 1, capacity: null, atMs: 1 });
const move = () => ({ stream: 'demo', from, to, why: 'home' }) as const;

test('with nothing to wait for it is over at once', async () => {
  const done = await awaitMoves(store, { streams: ['demo', 'none'] }, { signal });
  assert.deepEqual(done, { total: 2, left: [], moving: [], lacks: [] });
  assert.equal((await awaitMoves(store, { node: to }, { signal })).total, 0);
});

test('a planned move is waited for until it is finished, and each step is told', async () => {
  await plan();
  const told: MoveProgress[] = [];
  const steps = [begin, async () => await finishMove(store, { token, stream: 'demo' })];
  const onProgress = (progress: MoveProgress): void => {
    told.push(progress);
    void steps.shift()?.();
  };
  await awaitMoves(store, { streams: ['demo'] }, { signal, onProgress });
  assert.deepEqual(
    told.map(({ left, moving }) => [left.length, moving.length]),
    [
      [1, 0],
      [1, 1],
      [0, 0],
    ],
  );
});

test('a node is waited for until nothing is placed on it', async () => {
  await plan();
  await begin();
  const steps = [async () => await finishMove(store, { token, stream: 'demo' })];
  const done = await awaitMoves(store, { node: from }, { signal, onProgress: () => void steps.shift()?.() });
  assert.deepEqual([done.total, done.left], [1, []]);
  const rest = [async () => await releaseStream(store, { stream: 'demo', token })];
  await awaitMoves(store, { node: to }, { signal, onProgress: () => void rest.shift()?.() });
});

test('when nothing happens it gives up, saying what is left and whether there is a controller', async () => {
  await plan();
  await assert.rejects(awaitMoves(store, { streams: ['demo'] }, { signal, stallMs: 300 }), {
    code: 'PARTLY_DONE',
    message: /demo did not within 0 s: none of them moves/,
  });
  await store.redis.del(store.keys.controller);
  await assert.rejects(awaitMoves(store, { node: from }, { signal, stallMs: 300 }), {
    code: 'PARTLY_DONE',
    message: /no agent holds the lease of the controller/,
  });
});

test('it can be interrupted, and says that the moves go on', async () => {
  await plan();
  const stop = new AbortController();
  const waiting = awaitMoves(
    store,
    { streams: ['demo'] },
    { signal: stop.signal, onProgress: () => stop.abort() },
  );
  await assert.rejects(waiting, { code: 'INTERRUPTED', hint: 'The controller goes on moving them.' });
});

test('a store that goes away ends the waiting', async () => {
  await plan();
  const own = await connectStore(redis.options);
  const waiting = awaitMoves(own, { streams: ['demo'] }, { signal, onProgress: () => own.close() });
  await assert.rejects(waiting, { code: 'NOT_RUNNING', message: /the store does not answer/ });
});

test('a move that is given up twice is not waited for, and what the controller said of it is told', async () => {
  await plan();
  const giveUp = async (): Promise<void> => {
    const subject = `${from} to ${to} after 3.1 s: its pipeline does not stay up on ${to}`;
    await recordEvent(store, { who: 'controller us-1', what: 'move-aborted', stream: 'demo', subject });
    await plan();
    await abortMove(store, { token, stream: 'demo' });
  };
  const steps: (() => Promise<unknown>)[] = [begin, giveUp, begin, giveUp];
  const told: string[] = [];
  const report = { doing: () => void steps.shift()?.(), happened: (text: string) => void told.push(text) };
  await assert.rejects(
    awaitChange(store, [{ stream: 'demo', from, to }], { signal, report: report as unknown as StepReport }),
    (error: StreamctlError) =>
      error.code === 'PARTLY_DONE' &&
      error.message ===
        `demo did not move: ${from} to ${to} after 3.1 s: its pipeline does not stay up on ${to}`,
  );
  assert.equal(told.length, 2);
});
