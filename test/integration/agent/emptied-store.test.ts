import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadPlacements } from '../../../src/lib/store/placements.ts';
import { loadRing } from '../../../src/lib/store/ring.ts';
import { addStream, revokeKey } from '../../../src/lib/streams/streams.ts';
import { type AgentNodes, startAgentNodes } from '../../support/agent-nodes.ts';
import { until } from '../../support/until.ts';

const STREAMS = Array.from({ length: 8 }, (_, index) => `s${index}`);
const keys = new Map<string, string>();
let nodes: AgentNodes;
before(async () => {
  nodes = await startAgentNodes({ names: ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2'], block: '127.202.13' });
});
after(() => nodes.close());

/** When each pipeline of each node was started. */
const started = () =>
  Object.fromEntries(
    nodes.nodes.flatMap(({ name, services }) =>
      [...services.units].map(([unit, { startedMs }]) => [`${name} ${unit}`, startedMs]),
    ),
  );

test('with the store restarted empty every stream is placed again where it runs, and nothing is started anew', async () => {
  for (const [index, name] of STREAMS.entries()) {
    keys.set(name, (await addStream(nodes.store, { name, by: 'test' })).key);
    const node = nodes.nodes[index % nodes.nodes.length]!;
    assert.equal(await node.publish(keys.get(name)!, String(index)), 302);
  }
  await nodes.changeRing((members) => members.map((node) => ({ ...node, weight: 3 })));
  const placedAll = async () => {
    const placements = await loadPlacements(nodes.store);
    return STREAMS.every((stream) => {
      const replicas = placements.get(stream)?.replicas ?? [];
      return replicas.length === 2 && [...replicas].sort().join() === nodes.running(stream).join();
    });
  };
  await until(placedAll, 'every stream to run where it is placed');
  const before = started();
  await until(
    async () =>
      (await Promise.all(nodes.nodes.map((node) => node.status()))).every(({ ring }) => ring?.epoch === 2),
    'every agent to know the ring',
  );
  await nodes.stopStore();
  await nodes.startStore();
  await until(async () => (await loadRing(nodes.store))?.epoch === 2, 'the ring to be restored');
  await until(placedAll, 'every stream to be placed where it runs');
  assert.deepEqual(started(), before);
});

test('and every encoder may come again with the key that it has', async () => {
  for (const [index, name] of STREAMS.entries()) {
    const node = nodes.nodes[index % nodes.nodes.length]!;
    await node.leave(String(index));
    await until(
      async () => (await node.publish(keys.get(name)!, `again-${index}`)) === 302,
      `${name} to be let in`,
    );
  }
  assert.equal(await nodes.nodes[0]!.publish(`sk_s0_${'0'.repeat(32)}`, 'stranger'), 403);
});

test('a key that was ended is not put back', async () => {
  assert.equal((await revokeKey(nodes.store, { name: 's0', by: 'test' })).length, 1);
  await until(() => nodes.nodes.every(({ sessions }) => !sessions.has('s0')), 'its publisher to be cut off');
  // An agent that has not heard of it yet would know the key as one that the store lost.
  const heard = async (): Promise<boolean> =>
    (await Promise.all(nodes.nodes.map((node) => node.knownKeys()))).every(
      (count) => count === STREAMS.length - 1,
    );
  await until(heard, 'every agent to have heard of it');
  await nodes.stopStore();
  await nodes.startStore();
  await until(
    async () => (await nodes.store.redis.hlen(nodes.store.keys.keys)) === STREAMS.length - 1,
    'the other keys to be back',
  );
  assert.equal(await nodes.nodes[0]!.publish(keys.get('s0')!, 'ended'), 403);
});
