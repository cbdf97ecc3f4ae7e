/** What random clusters must show on a real Redis: the script chooses as the reference does, and its sums stay true. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { boardNodes } from '../../../src/lib/placement/board.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import { PlacementBoard } from '../../../src/lib/ring/placement-board.ts';
import { planReplicas } from '../../../src/lib/ring/plan-replicas.ts';
import { holdLease } from '../../../src/lib/store/controller-lease.ts';
import { abortMove, beginMove, finishMove, writePlannedMoves } from '../../../src/lib/store/moves.ts';
import {
  loadLoads,
  loadPlaced,
  loadPlacements,
  loadRefusals,
  placeStream,
  releaseStream,
} from '../../../src/lib/store/placements.ts';
import { writeRing } from '../../../src/lib/store/ring.ts';
import type { RingNode, RingRecord } from '../../../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';

let redis: RedisServer;
let store: Store;

before(async () => {
  redis = await startRedis('127.201.1.3');
  store = await connectStore(redis.options);
});
after(async () => {
  store.close();
  await redis.close();
});

async function useRing(ring: RingRecord): Promise<void> {
  await store.redis.flushall();
  await writeRing(store, { expected: 0, ring, change: ringChange(1), moves: [] });
}

/** Rings of one to three regions with two to five nodes each, some on one host, some with a capacity. */
const ringArbitrary = fc
  .record({
    regions: fc.array(
      fc.array(
        fc.record({
          weight: fc.integer({ min: 1, max: 5 }),
          host: fc.integer({ min: 0, max: 12 }),
          capacity: fc.option(fc.integer({ min: 500, max: 20_000 }), { freq: 2 }),
        }),
        { minLength: 2, maxLength: 5 },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    balance: fc.constantFrom(1, 1.1, 1.25, 2),
    replicas: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ regions, balance, replicas }) => {
    const nodes = regions.flatMap((list, region): RingNode[] =>
      list.map((node, at) => ringNode(`r${region}-${at}`, { ...node, host: `host-${node.host}` })),
    );
    return ringRecord(1, nodes, { balance, replicas });
  });

/** Placing a stream, some nodes being gone; the same stream comes again and again, at other costs too. */
const placingArbitrary = fc.record({
  stream: fc.integer({ min: 0, max: 25 }).map((at) => `stream-${at}`),
  cost: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6000 })),
  region: fc.constantFrom('r0', 'r1', 'r2'),
  gone: fc.array(fc.integer({ min: 0, max: 14 }), { maxLength: 3 }),
});

test('the script chooses as planReplicas does, and refuses for the same reason', async () => {
  const property = fc.asyncProperty(
    ringArbitrary,
    fc.array(placingArbitrary, { minLength: 1, maxLength: 50 }),
    async (ring, placings) => {
      await useRing(ring);
      const names = ring.nodes.map(({ name }) => name);
      for (const { stream, cost, region, gone: indexes } of placings) {
        const gone = indexes.flatMap((at) => names[at] ?? []);
        const expected = await decide(ring, { stream, cost, region, gone });
        const outcome = await placeStream(
          store,
          createWish(ring, { stream, cost, region }, { gone, token: null }),
        );
        assert.ok(outcome.kind === 'placed');
        assert.deepEqual(
          { added: outcome.added, refusal: kindOf(outcome.refusal?.lack) },
          { added: expected.added.map(({ name }) => name), refusal: expected.refusal?.kind ?? null },
        );
        assert.deepEqual(outcome.placement.replicas.toSorted(), expected.replicas.toSorted());
      }
    },
  );
  await fc.assert(property, { numRuns: 120 });
});

interface Placing {
  readonly stream: string;
  readonly cost: number;
  readonly region: string;
  readonly gone: readonly string[];
}

/** What the reference makes of what the store holds now. */
async function decide(ring: RingRecord, { stream, cost, region, gone }: Placing) {
  const left = boardNodes(ring).filter(({ name }) => !gone.includes(name));
  const board = new PlacementBoard(left, ring.balance);
  const placements = await loadPlacements(store);
  for (const other of placements.values()) board.put({ ...other, nodes: other.replicas });
  const before = board.take(stream);
  const kept = (before?.nodes ?? []).filter((name) => !gone.includes(name));
  board.put({ stream, cost, region, nodes: kept });
  const { added, refusal } = planReplicas(board, { stream, cost, region }, { replicas: ring.replicas, kept });
  return { added, refusal, replicas: [...kept, ...added.map(({ name }) => name)] };
}

function kindOf(lack: string | undefined): string | null {
  if (lack === undefined) return null;
  if (lack.includes('is up and active')) return 'no-nodes';
  return lack.includes('on another host than') ? 'no-other-host' : 'no-capacity';
}

/** What may happen to a stream; numbers choose among the nodes. */
const actArbitrary = fc.record({
  act: fc.constantFrom('place', 'place', 'release', 'plan', 'begin', 'begin', 'finish', 'abort'),
  stream: fc.integer({ min: 0, max: 7 }).map((at) => `stream-${at}`),
  cost: fc.integer({ min: 1, max: 3000 }),
  from: fc.nat(4),
  to: fc.nat(14),
  gone: fc.array(fc.nat(14), { maxLength: 2 }),
});
type Act = typeof actArbitrary extends fc.Arbitrary<infer T> ? T : never;

test('loads and what nodes are told agree with the placements, whatever happens, and all go in the end', async () => {
  const property = fc.asyncProperty(
    ringArbitrary,
    fc.array(actArbitrary, { minLength: 1, maxLength: 60 }),
    async (ring, acts) => {
      await useRing(ring);
      const { lease } = await holdLease(store, { node: 'r0-0', atLeast: 0 });
      for (const act of acts) {
        await perform(ring, act, lease.token);
        await assertSums(ring);
      }
      for (let at = 0; at < 8; at++)
        await releaseStream(store, { stream: `stream-${at}`, token: lease.token });
      const left = [store.keys.controllerToken, store.keys.ring, store.keys.ringHistory];
      // The lease is there for a second, which a long world may take.
      const keys = (await store.redis.keys('*')).filter((key) => key !== store.keys.controller);
      assert.deepEqual(keys.toSorted(), left.toSorted());
    },
  );
  await fc.assert(property, { numRuns: 80 });
});

async function perform(ring: RingRecord, act: Act, token: number): Promise<void> {
  const { stream, cost } = act;
  const nameAt = (at: number): string => ring.nodes[at % ring.nodes.length]!.name;
  const record = (await loadPlacements(store)).get(stream);
  const from = record?.replicas[act.from % Math.max(1, record.replicas.length)] ?? nameAt(act.from);
  const move = { stream, from, to: nameAt(act.to), why: 'home', epoch: 1 } as const;
  if (act.act === 'place') {
    const gone = act.gone.map(nameAt);
    await placeStream(store, createWish(ring, { stream, cost, region: 'r0' }, { gone, token: null }));
  }
  if (act.act === 'release') await releaseStream(store, { stream, token });
  if (act.act === 'plan') await writePlannedMoves(store, 1, [{ ...move, order: 0 }]);
  if (act.act === 'begin') await beginMove(store, { ...move, token, capacity: null, atMs: 1 });
  if (act.act === 'finish') await finishMove(store, { token, stream });
  if (act.act === 'abort') await abortMove(store, { token, stream });
}

async function assertSums(ring: RingRecord): Promise<void> {
  const loads = new Map<string, number>();
  const placed = new Map<string, [string, string][]>();
  for (const { stream, cost, replicas, move } of (await loadPlacements(store)).values()) {
    const entries = replicas.map((node) => [node, 'replica'] as const);
    const joining = move === null ? [] : [[move.to, 'joining'] as const];
    assert.ok(replicas.length <= ring.replicas && new Set(replicas).size === replicas.length);
    assert.ok(move === null || (replicas.includes(move.from) && !replicas.includes(move.to)));
    for (const [node, as] of [...entries, ...joining]) {
      loads.set(node, (loads.get(node) ?? 0) + cost);
      placed.set(node, [...(placed.get(node) ?? []), [stream, as]]);
    }
  }
  assert.deepEqual([...(await loadLoads(store))].toSorted(), [...loads].toSorted());
  for (const { name } of ring.nodes) {
    assert.deepEqual([...(await loadPlaced(store, name))].toSorted(), (placed.get(name) ?? []).toSorted());
  }
  const lacking = (await loadRefusals(store)).map(({ stream }) => stream);
  const streams = await loadPlacements(store);
  assert.ok(lacking.every((stream) => streams.has(stream)));
}
