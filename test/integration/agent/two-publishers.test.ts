import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadSessions } from '../../../src/lib/store/load-sessions.ts';
import { loadPlacementsOf } from '../../../src/lib/store/placements.ts';
import { addStream } from '../../../src/lib/streams/streams.ts';
import { type AgentNodes, startAgentNodes } from '../../support/agent-nodes.ts';
import { until } from '../../support/until.ts';

const by = 'test';
const ADMITTED = 302;
const REFUSED = 403;
let nodes: AgentNodes;
before(async () => {
  nodes = await startAgentNodes({ names: ['us-1', 'us-2', 'eu-1', 'eu-2'], block: '127.211.11' });
});
after(() => nodes.close());

const placementOf = async (stream: string) => (await loadPlacementsOf(nodes.store, [stream])).get(stream);
const oldestOf = async (stream: string) => (await loadSessions(nodes.store, [stream]))[0]?.node;

test('a second publisher is let in from another region, moves nothing, and takes over when the first leaves', async () => {
  const { key } = await addStream(nodes.store, { name: 'dual', by });
  assert.equal(await nodes.node('us-1').publish(key, '1'), ADMITTED);
  const placement = await placementOf('dual');
  assert.equal(await nodes.node('eu-1').publish(key, '2'), ADMITTED);
  assert.deepEqual(await placementOf('dual'), placement);
  assert.equal(await oldestOf('dual'), 'us-1');
  await nodes.node('us-1').leave('1');
  await until(async () => (await oldestOf('dual')) === 'eu-1', 'the reserve to be the oldest');
  assert.deepEqual((await placementOf('dual'))?.replicas, placement?.replicas);
});

test('a third publisher is refused in either region, on whatever node', async () => {
  const { key } = await addStream(nodes.store, { name: 'third', by });
  for (const name of ['us-1', 'eu-1']) assert.equal(await nodes.node(name).publish(key, '3'), ADMITTED);
  for (const name of ['us-2', 'eu-2', 'us-1', 'eu-1']) {
    assert.equal(await nodes.node(name).publish(key, '4'), REFUSED, name);
  }
  assert.equal(await oldestOf('third'), 'us-1');
});

test('both sessions are back after the store lost everything, the older one as the oldest', async () => {
  const { key } = await addStream(nodes.store, { name: 'back', by });
  for (const name of ['us-2', 'eu-2']) assert.equal(await nodes.node(name).publish(key, '5'), ADMITTED);
  await nodes.store.redis.del(nodes.store.keys.session('back'), nodes.store.keys.regionSessions('back'));
  const isBack = async () => (await nodes.store.redis.hlen(nodes.store.keys.regionSessions('back'))) === 2;
  await until(isBack, 'both sessions');
  assert.equal(await oldestOf('back'), 'us-2');
});

test('a publisher whose ingest node died is let in elsewhere at once, in its region as well', async () => {
  const near = await addStream(nodes.store, { name: 'near', by });
  const far = await addStream(nodes.store, { name: 'far', by });
  for (const { key } of [near, far]) assert.equal(await nodes.node('us-2').publish(key, '6'), ADMITTED);
  await nodes.node('us-2').stop();
  assert.equal(await nodes.node('us-1').publish(near.key, '7'), ADMITTED);
  assert.equal(await oldestOf('near'), 'us-1');
  assert.equal(await nodes.node('eu-1').publish(far.key, '8'), ADMITTED);
  await until(async () => (await oldestOf('far')) === 'eu-1', 'the dead session to expire');
});
