import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBoard } from '../../../src/lib/placement/board.ts';
import { ownersWithoutStore } from '../../../src/lib/placement/owners-without-store.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import type { PlaceWish } from '../../../src/lib/store/place-stream.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';

const NAMES = ['ap-1', 'ap-2', 'eu-1', 'eu-2', 'eu-3', 'us-1', 'us-2', 'us-3'];
const RING = ringRecord(
  7,
  NAMES.map((name) => ringNode(name)),
);
const WHAT = { stream: 'demo', cost: 1000, region: 'us' };

const candidates = (wish: PlaceWish): string[][] =>
  wish.regions.map((region) => region.candidates.map(({ name }) => name));

test("the publisher's region is first, and each region's nodes stand in the order of the walk", () => {
  const wish = createWish(RING, WHAT, { token: null });
  assert.deepEqual(wish.regions.map(({ name }) => name).toSorted(), ['ap', 'eu', 'us']);
  assert.equal(wish.regions[0]?.name, 'us');
  const board = createBoard(RING, []);
  const walks = wish.regions.map(({ name }) => board.walk(name, 'demo').map((node) => node.name));
  assert.deepEqual(candidates(wish), walks);
  assert.deepEqual([wish.epoch, wish.replicas, wish.hosts['eu-3']], [7, 2, 'host-eu-3']);
});

test('nodes that drain, are down or gone take nothing, but are known, and the others keep their order', () => {
  const plain = createWish(RING, WHAT, { token: null });
  const nodes = RING.nodes.map((node) =>
    node.name === 'us-1' ? ringNode('us-1', { state: 'draining' }) : node,
  );
  const wish = createWish({ ...RING, nodes }, WHAT, { down: ['eu-1'], gone: ['eu-2'], token: 3 });
  const closed = new Set(['us-1', 'eu-1', 'eu-2']);
  const byRegion = (one: PlaceWish) => new Map(one.regions.map((region) => [region.name, region]));
  for (const [name, { candidates: left, totalWeight, nodes: all }] of byRegion(wish)) {
    const before = byRegion(plain).get(name)!;
    assert.deepEqual(
      left.map((node) => node.name),
      before.candidates.map((node) => node.name).filter((node) => !closed.has(node)),
    );
    assert.equal(totalWeight, left.length);
    assert.deepEqual(all, before.nodes);
  }
  assert.deepEqual([wish.gone, wish.token], [['eu-2'], 3]);
});

test('a region without candidates comes last', () => {
  const wish = createWish(RING, WHAT, { down: ['us-1', 'us-2', 'us-3'], token: null });
  assert.equal(wish.regions.at(-1)?.name, 'us');
});

test('a pinned node is first and alone in its region, unless it is down', () => {
  const ring = { ...RING, pins: { demo: ['ap-2'] } };
  assert.deepEqual(candidates(createWish(ring, WHAT, { token: null }))[0], ['ap-2']);
  const wish = createWish(ring, WHAT, { down: ['ap-2'], token: null });
  assert.equal(wish.regions[0]?.name, 'us');
  assert.deepEqual(
    candidates(wish)
      .flat()
      .filter((name) => name.startsWith('ap')),
    ['ap-1'],
  );
});

test('without the store the first of the walk runs the stream, in as many regions as there are replicas', () => {
  const wish = createWish(RING, WHAT, { token: null });
  const firsts = candidates(wish).map(([first]) => first);
  assert.deepEqual(ownersWithoutStore(RING, 'demo', 'us'), firsts.slice(0, 2));
  assert.deepEqual(ownersWithoutStore({ ...RING, replicas: 9 }, 'demo', 'us'), firsts);
  assert.deepEqual(ownersWithoutStore({ ...RING, pins: { demo: ['us-2'] } }, 'demo', 'us')[0], 'us-2');
});

test('without the store and with one region the next of the walk on another host is the second', () => {
  const nodes = ['us-1', 'us-2', 'us-3', 'us-4'].map((name) =>
    ringNode(name, { host: `host-${name <= 'us-2'}` }),
  );
  const owners = ownersWithoutStore(ringRecord(1, nodes), 'demo', 'us');
  const [walk = []] = candidates(createWish(ringRecord(1, nodes), WHAT, { token: null }));
  const hostOf = (name: string) => nodes.find((node) => node.name === name)!.host;
  assert.deepEqual(owners, [walk[0], walk.find((name) => hostOf(name) !== hostOf(walk[0]!))]);
});

test('a board has the active nodes, and a stream that moves where it moves to', () => {
  const nodes = [
    ringNode('us-1', { state: 'draining' }),
    ringNode('us-2', { capacity: 4000 }),
    ringNode('us-3'),
  ];
  const move = { from: 'us-1', to: 'us-3', why: 'evacuate', startedMs: 1 } as const;
  const placement = {
    version: 1,
    ...WHAT,
    epoch: 1,
    replicas: ['us-1', 'us-2'],
    move,
    createdMs: 1,
  } as const;
  const board = createBoard(ringRecord(1, nodes), [placement]);
  assert.deepEqual(
    board.nodes.map(({ name, capacity }) => [name, capacity]),
    [
      ['us-2', 4000],
      ['us-3', Infinity],
    ],
  );
  assert.deepEqual([board.load('us-2'), board.load('us-3')], [1000, 1000]);
});
