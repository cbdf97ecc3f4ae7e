/** The ring without the store: real agents that have heard of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { reachDirectly } from '../../../src/lib/base/reach.ts';
import { loadKnownRing } from '../../../src/lib/membership/known-ring.ts';
import type { ClusterView } from '../../../src/lib/nodes/cluster-view.ts';
import { encoderCost } from '../../../src/lib/placement/encoder-cost.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import { placeStream } from '../../../src/lib/store/placements.ts';
import { loadRing } from '../../../src/lib/store/ring.ts';
import { addStream } from '../../../src/lib/streams/streams.ts';
import { type AgentNodes, startAgentNodes } from '../../support/agent-nodes.ts';
import { until } from '../../support/until.ts';

let nodes: AgentNodes;
before(async () => {
  nodes = await startAgentNodes({ names: ['us-1', 'us-2', 'eu-1'], block: '127.211.9', controlled: false });
});
after(() => nodes.close());

test('while the store is away the agents tell of the ring and of what is placed on each', async () => {
  const { defaults, peers } = nodes.nodes[0]!.config;
  await addStream(nodes.store, { name: 'demo', by: 'test' });
  const wanted = { stream: 'demo', cost: encoderCost(defaults), region: 'us' };
  const ring = (await loadRing(nodes.store))!;
  const outcome = await placeStream(
    nodes.store,
    createWish(ring, wanted, { gone: [], down: [], token: null }),
  );
  assert.ok(outcome.kind === 'placed');
  const { replicas } = outcome.placement;
  await until(() => nodes.running('demo').length === replicas.length, 'the pipelines');
  await nodes.stopStore();
  const view = { peers, streams: { demo: defaults }, defaults } as unknown as ClusterView;
  const known = (await loadKnownRing(view, reachDirectly))!;
  assert.equal(known.facts.ring.epoch, ring.epoch);
  assert.deepEqual(known.facts.placements.get('demo')?.replicas.toSorted(), replicas.toSorted());
  assert.equal(known.facts.loads.get(replicas[0]!), wanted.cost);
});

test('nodes that nobody answers for know no ring', async () => {
  const { peers } = nodes.nodes[0]!.config;
  const moved = peers.map((peer) => ({ ...peer, address: '127.211.9.99' }));
  assert.equal(await loadKnownRing({ peers: moved } as unknown as ClusterView, reachDirectly), null);
});
