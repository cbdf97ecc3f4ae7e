/** Nodes of the ring that the controller's node.json does not name: it is old, or `up` came beside a change of the ring. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { loadPlacements, placeStream } from '../../../src/lib/store/placements.ts';
import { restoreRing } from '../../../src/lib/store/ring.ts';
import { type RunningController, startTestController } from '../../support/controllers.ts';
import { type FakeNodes, startFakeNodes } from '../../support/fake-nodes.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { plainWish } from '../../support/ring-records.ts';
import { until } from '../../support/until.ts';

const NAMES = ['us-1', 'us-2', 'eu-1', 'eu-2'];
let redis: RedisServer;
let fake: FakeNodes;
let controller: RunningController | null;

before(async () => {
  redis = await startRedis('127.203.15.100');
});
beforeEach(async () => {
  fake = await startFakeNodes({ names: NAMES, block: '127.203.15', redis: redis.options });
  await restoreRing(fake.store, fake.ring);
  await placeStream(fake.store, plainWish(fake.ring, { stream: 'demo' }));
  await fake.publish('demo');
  assert.deepEqual(await replicas(), ['us-1', 'eu-1']);
  controller = null;
});
afterEach(async () => {
  await controller?.close();
  await fake.store.redis.flushall();
  await fake.close();
});
after(() => redis.close());

async function control(nodes: FakeNodes): Promise<void> {
  controller = await startTestController(nodes, 'us-1', { redis: redis.options });
  await until(() => (controller!.status()?.work?.roundMs ?? 0) > 0, 'the controller');
}

const replicas = async () => (await loadPlacements(fake.store)).get('demo')?.replicas;
/** Of a node that is not up. */
const verdictOf = (node: string) =>
  controller!.status()?.work?.verdicts.find((verdict) => verdict.node === node);

/** Waits for so many milliseconds of rounds, none of which may call the node down. */
async function watch(node: string, forMs: number): Promise<void> {
  const { roundMs } = controller!.status()!.work!;
  await until(() => {
    assert.notEqual(verdictOf(node)?.state, 'down');
    return (controller!.status()?.work?.roundMs ?? 0) > roundMs + forMs;
  }, 'some rounds');
}

test('one that no node.json names is up while its heartbeats come; when they end, its replicas are replaced', async () => {
  fake.unlist('eu-1');
  await control(fake);
  await watch('eu-1', 3000);
  assert.equal(verdictOf('eu-1'), undefined);
  assert.deepEqual(await replicas(), ['us-1', 'eu-1']);
  await fake.nodes.get('eu-1')!.stop();
  await until(() => verdictOf('eu-1')?.state === 'down', 'the node to be down');
  assert.equal(verdictOf('eu-1')!.why, 'no heartbeat; nobody knows where it is');
  await until(async () => (await replicas())?.includes('eu-2') === true, 'a replacement');
});

test('one that only the others know, and see to play, is not down when its heartbeats end', async () => {
  const listed = (node: string) => fake.configOf(node).peers.filter(({ name }) => name !== 'eu-1');
  await control({ ...fake, configOf: (node) => ({ ...fake.configOf(node), peers: listed(node) }) });
  await fake.nodes.get('eu-1')!.stopAgent();
  await until(() => verdictOf('eu-1')?.why.startsWith('no heartbeat,') === true, 'its last sign to expire');
  await watch('eu-1', 2000);
  assert.match(verdictOf('eu-1')!.why, /gets? answers of its origin$/);
  assert.deepEqual(await replicas(), ['us-1', 'eu-1']);
  await fake.nodes.get('eu-1')!.stop();
  await until(async () => (await replicas())?.includes('eu-2') === true, 'a replacement');
});
