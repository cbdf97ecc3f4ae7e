import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadSessions } from '../../../src/lib/store/load-sessions.ts';
import { loadPlacementsOf, loadRefusals } from '../../../src/lib/store/placements.ts';
import type { PlacementRecord } from '../../../src/lib/store/ring-records.ts';
import { addStream, removeStream } from '../../../src/lib/streams/streams.ts';
import { type AgentNodes, startAgentNodes } from '../../support/agent-nodes.ts';
import { until } from '../../support/until.ts';

const by = 'test';
let nodes: AgentNodes;
before(async () => {
  nodes = await startAgentNodes({ names: ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2'], block: '127.202.11' });
});
after(() => nodes.close());

async function placementOf(stream: string): Promise<PlacementRecord | undefined> {
  return (await loadPlacementsOf(nodes.store, [stream])).get(stream);
}
const runsOn = (stream: string, names: readonly string[]) =>
  until(() => nodes.running(stream).join() === [...names].sort().join(), `${stream} on ${names.join(', ')}`);

test('a publisher finds its stream placed in its region and another, and started on both', async () => {
  const { key } = await addStream(nodes.store, { name: 'first', by });
  assert.equal(await nodes.node('eu-2').publish(key), 302);
  const placement = await placementOf('first');
  assert.equal(placement?.region, 'eu');
  assert.deepEqual(
    placement.replicas.map((name) => name.slice(0, 2)),
    ['eu', 'us'],
  );
  assert.equal(nodes.node('eu-2').sessions.get('first')?.placed, true);
  await runsOn('first', placement.replicas);
});

test('what a node runs is in its status, its heartbeat and its files', async () => {
  const { replicas } = (await placementOf('first'))!;
  const node = nodes.node(replicas[0]!);
  await until(async () => (await node.status()).replicas[0]?.state === 'live', 'the replica to be reported');
  const { placed, ring, replicas: reports } = await node.status();
  assert.deepEqual([placed, ring], [1, { epoch: 1, replicas: 2 }]);
  assert.deepEqual(
    reports.map(({ stream, as, state, fresh, segments }) => [stream, as, state, fresh, segments.length]),
    [['first', 'replica', 'live', true, 1]],
  );
  const onDisk = JSON.parse(await readFile(join(node.config.dirs.data, 'ring.json'), 'utf8')) as {
    epoch: number;
  };
  assert.equal(onDisk.epoch, 1);
});

test('after an upgrade the pipelines that run are written anew, and none is restarted', async () => {
  const node = nodes.node((await placementOf('first'))!.replicas[0]!);
  await node.stopAgent();
  const { unit, running, startedMs } = node.services.units.get('pipeline-first')!;
  const old = { ...unit, argv: ['/gone/node', '/gone/main.js'] as const };
  node.services.units.set('pipeline-first', { unit: old, running, startedMs });
  await node.startAgent();
  const now = () => node.services.units.get('pipeline-first')!;
  await until(() => now().unit.argv.join() === unit.argv.join(), 'the unit to name the program of now');
  assert.equal(now().startedMs, startedMs);
});

test('a stream that is placed keeps its place when its publisher comes again elsewhere', async () => {
  const { key } = await addStream(nodes.store, { name: 'again', by });
  await nodes.node('us-1').publish(key, '7');
  const placement = await placementOf('again');
  await nodes.node('us-1').leave('7');
  await until(async () => (await loadSessions(nodes.store, ['again'])).length === 0, 'the session to close');
  assert.equal(await nodes.node('us-3').publish(key, '8'), 302);
  assert.deepEqual((await placementOf('again'))?.replicas, placement?.replicas);
});

test('a change of the ring that the agent has not heard of is no reason to refuse', async () => {
  const { key } = await addStream(nodes.store, { name: 'stale', by });
  await nodes.changeRing((members) => members.map((node) => ({ ...node, weight: 2 })));
  assert.equal(await nodes.node('us-1').publish(key, '9'), 302);
  assert.equal((await placementOf('stale'))?.epoch, 2);
  const files = nodes.nodes.map(({ config }) => join(config.dirs.data, 'ring.json'));
  const epochs = async () =>
    Promise.all(
      files.map(async (file) => (JSON.parse(await readFile(file, 'utf8')) as { epoch: number }).epoch),
    );
  await until(async () => (await epochs()).every((epoch) => epoch === 2), 'every node to have the new ring');
});

test('a stream that is removed is cut off and gives its place back', async () => {
  const { key } = await addStream(nodes.store, { name: 'removed', by });
  await nodes.node('us-2').publish(key, '10');
  await runsOn('removed', (await placementOf('removed'))!.replicas);
  await removeStream(nodes.store, { name: 'removed', by });
  await until(() => !nodes.node('us-2').sessions.has('removed'), 'its media to be taken away', 2000);
  assert.equal(await nodes.node('us-2').hook('update', { addr: '127.0.0.1', clientid: '10' }), 403);
  await runsOn('removed', []);
  assert.equal(await placementOf('removed'), undefined);
  assert.equal((await loadSessions(nodes.store, ['removed'])).length, 0);
});

test('nginx may let others stay', async () => {
  assert.equal(await nodes.node('us-2').hook('update', { addr: '127.0.0.1', clientid: '8' }), 200);
});

test('with room for one replica of two the publisher comes in, and the lack is on record', async () => {
  await nodes.changeRing((members) =>
    members.map((node) => (node.region === 'eu' ? { ...node, capacity: 1 } : node)),
  );
  const { key } = await addStream(nodes.store, { name: 'half', by });
  assert.equal(await nodes.node('us-1').publish(key, '11'), 302);
  assert.equal((await placementOf('half'))?.replicas.length, 1);
  const refusals = await loadRefusals(nodes.store);
  assert.deepEqual(
    refusals.map(({ stream }) => stream),
    ['half'],
  );
});

test('without room for any replica the publisher is refused and counted, and leaves no session', async () => {
  await nodes.changeRing((members) => members.map((node) => ({ ...node, capacity: 1 })));
  const { key } = await addStream(nodes.store, { name: 'none', by });
  const node = nodes.node('us-1');
  assert.equal(await node.publish(key, '12'), 403);
  assert.equal((await node.status()).refused.noCapacity, 1);
  assert.equal((await loadSessions(nodes.store, ['none'])).length, 0);
  assert.equal(node.sessions.has('none'), false);
  assert.match(node.log(), /no origin node in region us or eu has that left.*no node has room/);
});
