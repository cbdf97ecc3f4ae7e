import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadPlacements } from '../../../src/lib/store/placements.ts';
import { loadRing } from '../../../src/lib/store/ring.ts';
import { addStream } from '../../../src/lib/streams/streams.ts';
import { type AgentNodes, startAgentNodes } from '../../support/agent-nodes.ts';
import { until } from '../../support/until.ts';

const STREAMS = Array.from({ length: 8 }, (_, index) => `s${index}`);
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
    const { key } = await addStream(nodes.store, { name, by: 'test' });
    const node = nodes.nodes[index % nodes.nodes.length]!;
    assert.equal(await node.publish(key, String(index)), 302);
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
  await until(placedAll, 'every stream to be placed where it runs', 20_000);
  assert.deepEqual(started(), before);
});
