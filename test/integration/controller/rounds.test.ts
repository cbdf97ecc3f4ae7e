import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { loadVerdicts } from '../../../src/lib/store/controller-lease.ts';
import { loadEvents } from '../../../src/lib/store/load-events.ts';
import { loadPlannedMoves, writePlannedMoves } from '../../../src/lib/store/moves.ts';
import {
  loadLoads,
  loadPlacements,
  loadPlacementsOf,
  loadRefusals,
  placeStream,
} from '../../../src/lib/store/placements.ts';
import { loadRing, restoreRing } from '../../../src/lib/store/ring.ts';
import type { PlacementRecord, PlannedMove, RingRecord } from '../../../src/lib/store/ring-records.ts';
import { type RunningController, startTestController } from '../../support/controllers.ts';
import { type FakeNodes, startFakeNodes } from '../../support/fake-nodes.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { plainWish } from '../../support/ring-records.ts';
import { until } from '../../support/until.ts';

const ADDRESS = '127.203.12.100';
const NAMES = ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2', 'eu-3'];
let redis: RedisServer;
let fake: FakeNodes;
let controller: RunningController | null;

before(async () => {
  redis = await startRedis(ADDRESS);
});
beforeEach(async () => {
  fake = await startFakeNodes({ names: NAMES, block: '127.203.12', redis: redis.options });
  await restoreRing(fake.store, fake.ring);
  controller = null;
});
afterEach(async () => {
  await controller?.close();
  await fake.store.redis.flushall();
  await fake.close();
});
after(() => redis.close());

async function control(knownRing: RingRecord | null = null): Promise<void> {
  controller = await startTestController(fake, 'us-1', { redis: redis.options, knownRing });
  await until(() => controller!.status()?.work != null, 'the controller');
}

/** Publishes streams and places them as the ingest node's agent would. */
async function play(...streams: string[]): Promise<void> {
  for (const stream of streams) await placeStream(fake.store, plainWish(fake.ring, { stream }));
  await fake.publish(...streams);
}

async function placementOf(stream: string): Promise<PlacementRecord | undefined> {
  return (await loadPlacementsOf(fake.store, [stream])).get(stream);
}

const work = () => controller!.status()!.work!;
const stateOf = async (node: string) => (await loadVerdicts(fake.store)).get(node)?.state;
const told = async (what: string) =>
  (await loadEvents(fake.store, 1000)).filter((event) => event.what === what);
const planned = (stream: string, from: string, to: string): PlannedMove => ({
  ...{ stream, from, to, why: 'home', epoch: 1, order: 1 },
});

/** Sets nodes draining, in a ring of the next epoch. */
async function drain(...names: string[]): Promise<void> {
  const ring = (await loadRing(fake.store))!;
  const nodes = ring.nodes.map((node) =>
    names.includes(node.name) ? { ...node, state: 'draining' as const } : node,
  );
  assert.ok(await restoreRing(fake.store, { ...ring, epoch: ring.epoch + 1, nodes }));
}

/** Loads and `placed:NODE` say what placements say. */
async function assertInStep(): Promise<void> {
  const expected = new Map<string, number>();
  for (const { replicas, move, cost } of (await loadPlacements(fake.store)).values()) {
    for (const node of move === null ? replicas : [...replicas, move.to]) {
      expected.set(node, (expected.get(node) ?? 0) + cost);
    }
  }
  assert.deepEqual(new Map([...(await loadLoads(fake.store))].sort()), new Map([...expected].sort()));
}

test('a node that dies is judged down, and its replicas are replaced; when it comes back nothing moves', async () => {
  await play('demo');
  await control();
  const [first, second] = (await placementOf('demo'))!.replicas;
  assert.deepEqual([first, second], ['us-1', 'eu-1']);
  const diedMs = performance.now();
  await fake.nodes.get('eu-1')!.stop();
  await until(async () => (await placementOf('demo'))?.replicas.includes('eu-1') === false, 'a replacement');
  assert.ok(performance.now() - diedMs < 8000);
  assert.equal(await stateOf('eu-1'), 'down');
  const replaced = (await placementOf('demo'))!.replicas;
  assert.equal(replaced.length, 2);
  assert.match(replaced[1]!, /^eu-[23]$/);
  assert.match((await told('node-down'))[0]!.subject, /^eu-1: no heartbeat.*connection refused/);
  await fake.nodes.get('eu-1')!.start();
  await until(async () => (await stateOf('eu-1')) === 'up', 'the node to be up again');
  const { roundMs } = work();
  await until(() => work().roundMs > roundMs + 1500, 'some rounds more');
  assert.deepEqual((await placementOf('demo'))!.replicas, replaced);
  await assertInStep();
});

test('when a whole region dies, its streams get their second replica in the region that is left', async () => {
  await play('demo');
  await control();
  await Promise.all(['eu-1', 'eu-2', 'eu-3'].map((node) => fake.nodes.get(node)!.stop()));
  await until(async () => {
    const { replicas = [] } = (await placementOf('demo')) ?? {};
    return replicas.length === 2 && replicas.every((node) => node.startsWith('us-'));
  }, 'two replicas in us');
  await assertInStep();
});

test('replicas that had to share a region part when the other one is back', async () => {
  await Promise.all(['eu-2', 'eu-3'].map((node) => fake.nodes.get(node)!.stop()));
  const usAlone = { ...fake.ring, nodes: fake.ring.nodes.filter(({ region }) => region === 'us') };
  await placeStream(fake.store, plainWish(usAlone, { stream: 'demo' }));
  await fake.publish('demo');
  await control();
  assert.deepEqual((await placementOf('demo'))!.replicas, ['us-1', 'us-2']);
  await until(async () => (await placementOf('demo'))!.replicas.includes('eu-1'), 'one to be in eu');
  await until(async () => (await told('move-finished')).length > 0, 'the trail to tell of it');
  assert.match((await told('move-finished'))[0]!.subject, /^us-2 to eu-1 /);
  await assertInStep();
});

for (const [title, names] of [
  ['an agent', ['eu-1']],
  ['all agents of a region', ['eu-1', 'eu-2', 'eu-3']],
  ["all agents but the controller's", NAMES.slice(1)],
] as const) {
  test(`the loss of ${title} moves nothing: what plays is seen to play, or nobody can say`, async () => {
    await play('demo');
    await control();
    const before = await placementOf('demo');
    await Promise.all(names.map((node) => fake.nodes.get(node)!.stopAgent()));
    await until(async () => (await stateOf('eu-1')) === 'unknown', 'the node to be unknown');
    const { roundMs } = work();
    await until(() => work().roundMs > roundMs + 4000, 'rounds enough to judge it');
    assert.notEqual(await stateOf('eu-1'), 'down');
    assert.deepEqual(await placementOf('demo'), before);
  });
}

test('a published stream that nobody placed is placed', async () => {
  await control();
  await fake.publish('orphan');
  await until(async () => (await placementOf('orphan'))?.replicas.length === 2, 'its placement');
  assert.equal((await placementOf('orphan'))!.region, 'us');
  await assertInStep();
});

test('a store that comes back empty gets its ring again, and streams stay on the nodes that run them', async () => {
  const streams = ['a', 'b', 'c', 'd'];
  await fake.publish(...streams);
  const nodesOf = new Map([
    ['a', ['us-3', 'eu-2']],
    ['b', ['us-2', 'eu-3']],
    ['c', ['us-3', 'eu-3']],
    ['d', ['us-3', 'eu-2']],
  ]);
  for (const [stream, nodes] of nodesOf) for (const node of nodes) fake.nodes.get(node)!.keeps.add(stream);
  await fake.store.redis.flushall();
  await control({ ...fake.ring, epoch: 41 });
  await until(async () => (await loadPlacements(fake.store)).size === streams.length, 'all placements');
  assert.equal((await loadRing(fake.store))?.epoch, 41);
  for (const [stream, nodes] of nodesOf) assert.deepEqual((await placementOf(stream))?.replicas, nodes);
  await assertInStep();
});

test('losing the store and getting it back moves nothing and judges nobody', async () => {
  await play('a', 'b');
  await control(fake.ring);
  const before = await loadPlacements(fake.store);
  for (const [stream, { replicas }] of before) {
    for (const node of replicas) fake.nodes.get(node)!.keeps.add(stream);
  }
  const { port } = redis.options;
  await redis.close();
  await until(() => controller!.status() === null, 'the controller to miss the store');
  redis = await startRedis(ADDRESS, 'test', port);
  await until(() => controller!.status()?.work != null, 'the controller to be back');
  await until(
    async () => (await loadPlacements(fake.store).catch(() => new Map())).size === 2,
    'both placements',
  );
  const { roundMs } = work();
  await until(() => (controller!.status()?.work?.roundMs ?? 0) > roundMs + 4000, 'rounds enough to judge');
  const after = await loadPlacements(fake.store);
  for (const [stream, { replicas }] of before) assert.deepEqual(after.get(stream)?.replicas, replicas);
  assert.deepEqual(await told('node-down'), []);
});

test('a store that was frozen until every heartbeat had expired moves nothing and judges nobody', async () => {
  await play('a', 'b');
  await control();
  const before = await loadPlacements(fake.store);
  const frozenMs = performance.now();
  process.kill(redis.pid, 'SIGSTOP');
  try {
    await until(() => performance.now() - frozenMs > 6000, 'heartbeats and the lease to expire');
    assert.equal(controller!.status()?.work ?? null, null);
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
  await until(() => controller!.status()?.work != null, 'the controller to be back');
  const { roundMs } = work();
  await until(() => (controller!.status()?.work?.roundMs ?? 0) > roundMs + 4500, 'rounds enough to judge');
  assert.deepEqual(await loadPlacements(fake.store), before);
  assert.deepEqual(await told('node-down'), []);
});

test('a planned move is made: both run it until the new one is verified, and the trail tells how long it took', async () => {
  await play('demo');
  let isHeldBack = true;
  fake.nodes.get('us-2')!.spoil = (report) => (isHeldBack ? { ...report, segments: [] } : report);
  await control();
  assert.equal(await writePlannedMoves(fake.store, 1, [planned('demo', 'us-1', 'us-2')]), 1);
  await until(() => /whole segment/.test(work().moves[0]?.note ?? ''), 'the controller to wait');
  assert.deepEqual((await placementOf('demo'))!.replicas, ['us-1', 'eu-1']);
  assert.equal((await placementOf('demo'))!.move?.to, 'us-2');
  assert.equal(work().moves[0]!.state, 'moving');
  isHeldBack = false;
  await until(async () => (await placementOf('demo'))?.move === null, 'the move to end');
  assert.deepEqual((await placementOf('demo'))!.replicas, ['us-2', 'eu-1']);
  const trail = (await loadEvents(fake.store, 10)).filter(({ stream }) => stream === 'demo');
  assert.deepEqual(
    trail.map(({ what }) => what),
    ['move-begun', 'move-finished'],
  );
  assert.match(trail[1]!.subject, /^us-1 to us-2 in \d+\.\d s$/);
  await assertInStep();
});

test('a move that fails leaves the stream where it was, and is tried again later', async () => {
  await play('demo');
  fake.nodes.get('us-2')!.spoil = (report) => ({ ...report, state: 'failed', fresh: false });
  await control();
  await writePlannedMoves(fake.store, 1, [planned('demo', 'us-1', 'us-2')]);
  await until(async () => (await told('move-aborted')).length === 1, 'the move to be given up');
  const placement = (await placementOf('demo'))!;
  assert.deepEqual([placement.replicas, placement.move], [['us-1', 'eu-1'], null]);
  assert.equal((await loadPlannedMoves(fake.store)).length, 1);
  await until(() => work().moves[0]?.state === 'retrying', 'the pause to be told');
  assert.match(work().moves[0]!.note, /failed once, again in \d+ s: its pipeline does not stay up on us-2/);
  await assertInStep();
});

test('a draining node is emptied, never more than four streams at a time, two from one node', async () => {
  const streams = Array.from({ length: 8 }, (_, index) => `s${index}`);
  await play(...streams);
  await control();
  const onDrained = () =>
    loadPlacements(fake.store).then((all) =>
      [...all.values()].filter(({ replicas }) => replicas.includes('us-1') || replicas.includes('eu-1')),
    );
  assert.ok((await onDrained()).length > 0);
  let most = 0;
  await drain('us-1', 'eu-1');
  await until(async () => {
    const moving = [...(await loadPlacements(fake.store)).values()].flatMap(({ move }) => move ?? []);
    most = Math.max(most, moving.length);
    for (const node of NAMES) {
      assert.ok(moving.filter(({ from, to }) => from === node || to === node).length <= 2, node);
    }
    return (await onDrained()).length === 0 && moving.length === 0;
  }, 'both nodes to be empty');
  assert.ok(most >= 2 && most <= 4, `${most} at a time`);
  for (const { replicas } of (await loadPlacements(fake.store)).values()) {
    assert.deepEqual(
      replicas.map((node) => node.slice(0, 2)),
      ['us', 'eu'],
    );
  }
  assert.equal((await told('move-finished')).length, (await told('move-begun')).length);
  await assertInStep();
});

test('a stream without a publisher waits for one before it moves', async () => {
  await play('demo');
  await control();
  for (const node of fake.nodes.values()) node.spoil = (report) => ({ ...report, state: 'slate' });
  await fake.unpublish('demo');
  await drain('us-1');
  await until(() => /sends no picture/.test(work().moves[0]?.note ?? ''), 'the controller to say so');
  assert.equal((await placementOf('demo'))!.move, null);
  for (const node of fake.nodes.values()) node.spoil = (report) => report;
  await fake.publish('demo');
  await until(async () => (await placementOf('demo'))?.replicas.includes('us-1') === false, 'the move');
});

test('a stream that has ended is released, and nothing is left of it', async () => {
  await control();
  await until(async () => (await stateOf('eu-3')) === 'up', 'all nodes to be judged');
  const keys = async () =>
    (await fake.store.redis.keys('*'))
      .map((key) => key.replace(/^sc:test:/, ''))
      .filter((key) => !/^(events|streams)$/.test(key));
  const before = (await keys()).sort();
  await play('x', 'y');
  assert.ok((await keys()).includes('placements'));
  for (const node of fake.nodes.values()) node.spoil = (report) => ({ ...report, state: 'ended' });
  await fake.unpublish('x', 'y');
  await until(async () => (await loadPlacements(fake.store)).size === 0, 'both to be released');
  assert.deepEqual((await keys()).sort(), before);
});

test('a refused replica is told with its cure, and given as soon as there is room', async () => {
  const nodes = fake.ring.nodes.map((node) => ({ ...node, capacity: node.region === 'eu' ? 100 : null }));
  const tight = { ...fake.ring, epoch: 2, nodes };
  await restoreRing(fake.store, tight);
  await placeStream(fake.store, plainWish(tight, { stream: 'demo' }));
  await fake.publish('demo');
  await control();
  await until(() => work().refusals.length === 1, 'the refusal');
  assert.match(work().refusals[0]!.cure, /Add an origin node in region eu/);
  await restoreRing(fake.store, { ...fake.ring, epoch: 3 });
  await until(async () => (await placementOf('demo'))?.replicas.length === 2, 'the second replica');
  assert.deepEqual(await loadRefusals(fake.store), []);
});
