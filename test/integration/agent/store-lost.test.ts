/** What agents do by themselves: no controller is at work here. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encoderCost } from '../../../src/lib/placement/encoder-cost.ts';
import { ownersWithoutStore } from '../../../src/lib/placement/owners-without-store.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import { loadHeartbeats } from '../../../src/lib/store/heartbeats.ts';
import { loadPlacementsOf, placeStream } from '../../../src/lib/store/placements.ts';
import { loadRing, restoreRing, writeRing } from '../../../src/lib/store/ring.ts';
import type { RingRecord } from '../../../src/lib/store/ring-records.ts';
import { addStream, removeStream } from '../../../src/lib/streams/streams.ts';
import { type AgentNodes, startAgentNodes } from '../../support/agent-nodes.ts';
import { ringChange } from '../../support/ring-records.ts';
import { until } from '../../support/until.ts';

const by = 'test';
let nodes: AgentNodes;
let ring: RingRecord;
const keys = new Map<string, string>();
before(async () => {
  nodes = await startAgentNodes({
    names: ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2'],
    block: '127.202.12',
    controlled: false,
  });
  ring = (await loadRing(nodes.store))!;
  for (const name of ['early', 'late', 'other']) {
    keys.set(name, (await addStream(nodes.store, { name, by })).key);
  }
});
after(() => nodes.close());

const runsOn = (stream: string, names: readonly string[]) =>
  until(() => nodes.running(stream).join() === [...names].sort().join(), `${stream} on ${names.join(', ')}`);
const seen = (store: 'up' | 'down') => async () =>
  (await Promise.all(nodes.nodes.map((node) => node.status()))).every((status) => status.store === store);
const knowEpoch = (epoch: number) => async () =>
  (await Promise.all(nodes.nodes.map((node) => node.status()))).every(
    (status) => status.ring?.epoch === epoch,
  );
/** Places a stream anywhere but on these nodes. */
async function place(stream: string, gone: readonly string[]): Promise<readonly string[]> {
  const wanted = { stream, cost: encoderCost(nodes.nodes[0]!.config.defaults), region: 'us' };
  const now = (await loadRing(nodes.store))!;
  const outcome = await placeStream(nodes.store, createWish(now, wanted, { gone, down: gone, token: null }));
  assert.ok(outcome.kind === 'placed');
  return outcome.placement.replicas;
}
let early: readonly string[];

test('with the store away what runs goes on, and a new publisher has the owners', async () => {
  await nodes.node('us-1').publish(keys.get('early')!, '1');
  early = (await loadPlacementsOf(nodes.store, ['early'])).get('early')!.replicas;
  await runsOn('early', early);
  await nodes.stopStore();
  await until(seen('down'), 'the agents to miss the store');
  assert.equal(await nodes.node('eu-1').publish(keys.get('late')!, '2'), 302);
  assert.equal(nodes.node('eu-1').sessions.get('late')?.placed, false);
  await runsOn('late', ownersWithoutStore(ring, 'late', 'eu'));
  await runsOn('early', early);
});

test('without the store a restarted agent knows what is placed on it', async () => {
  const node = nodes.node(early[0]!);
  await node.stopAgent();
  for (const name of node.services.units.keys()) await node.services.remove(name);
  await node.startAgent();
  await runsOn('early', early);
});

test('an emptied store stops nothing and cuts nobody off', async () => {
  await nodes.startStore();
  await until(seen('up'), 'the agents to see the store');
  const owners = ownersWithoutStore(ring, 'late', 'eu');
  for (let round = 0; round < 3; round++) {
    const { nowMs } = await nodes.node('us-1').status();
    await until(async () => (await nodes.node('us-1').status()).nowMs > nowMs + 700, 'a round');
    assert.deepEqual(nodes.running('early'), [...early].sort());
    assert.deepEqual(nodes.running('late'), [...owners].sort());
  }
  assert.equal(nodes.node('us-1').sessions.size + nodes.node('eu-1').sessions.size, 2);
});

test('once streams are placed again where they run, nothing changes, and their sessions know it', async () => {
  await restoreRing(nodes.store, ring);
  const owners = ownersWithoutStore(ring, 'late', 'eu');
  const others = ring.nodes.map(({ name }) => name);
  const narrow = (names: readonly string[]) => others.filter((name) => !names.includes(name));
  assert.deepEqual([...(await place('early', narrow(early)))].sort(), [...early].sort());
  assert.deepEqual([...(await place('late', narrow(owners)))].sort(), [...owners].sort());
  await until(() => nodes.node('eu-1').sessions.get('late')?.placed === true, 'the session to know');
  assert.deepEqual(nodes.running('early'), [...early].sort());
  assert.deepEqual(nodes.running('late'), [...owners].sort());
});

test('a stream placed elsewhere is given up only when it plays there', async () => {
  const [from] = early;
  for (const node of nodes.nodes.filter(({ name }) => name !== from)) {
    node.spoil = (_stream, report) => ({ ...report, pipeline: null });
  }
  const heard = async () =>
    (await loadHeartbeats(nodes.store, early.slice(1))).flatMap(({ replicas }) => replicas);
  await until(async () => (await heard()).every(({ fresh }) => !fresh), 'heartbeats that say so');
  const moved = await place('early', [from!]);
  await runsOn('early', [...moved, from!]);
  const { nowMs } = await nodes.node(from!).status();
  await until(async () => (await nodes.node(from!).status()).nowMs > nowMs + 2000, 'two rounds');
  assert.ok(nodes.running('early').includes(from!), 'nothing else plays yet');
  for (const node of nodes.nodes) node.spoil = (_stream, report) => report;
  await runsOn('early', moved);
});

test('an older ring in the store is refused, said, and its placements count for nothing', async () => {
  const before = nodes.running('early');
  await nodes.changeRing((members) => members);
  await until(knowEpoch(2), 'the agents to have the new ring');
  await nodes.store.redis.flushdb();
  const change = ringChange(1);
  await writeRing(nodes.store, { expected: 0, ring, change, moves: [] });
  await place('early', before);
  await until(async () => {
    const { reasons } = await nodes.node('us-1').status();
    return reasons.includes('the store has an older ring (epoch 1); this node goes by epoch 2');
  }, 'the agent to say so');
  assert.equal((await nodes.node('us-1').status()).ring?.epoch, 2);
  assert.deepEqual(nodes.running('early'), before);
});

test('a stream that was removed is stopped at once, one that the store forgot is not', async () => {
  await restoreRing(nodes.store, { ...ring, epoch: 3 });
  await until(knowEpoch(3), 'the ring to be back');
  await addStream(nodes.store, { name: 'late', by });
  await removeStream(nodes.store, { name: 'late', by });
  await runsOn('late', []);
  assert.notDeepEqual(nodes.running('early'), []);
});
