import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { PlacementBoard } from '../../../src/lib/ring/placement-board.ts';
import { planReplicas } from '../../../src/lib/ring/plan-replicas.ts';
import { createNode, fillBoard, nodesArbitrary, streamsArbitrary } from './placement-arbitrary.ts';

const balances = fc.constantFrom(1, 1.1, 1.25, 2);

describe('planReplicas, the bound', () => {
  it('no node takes a stream at or above balance × mean, so none ends more than one cost above', () => {
    const costs = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(nodesArbitrary(1), streamsArbitrary(costs), balances, (nodes, streams, balance) => {
        const board = new PlacementBoard(nodes, balance);
        const totalWeight = nodes.reduce((sum, { weight }) => sum + weight, 0);
        let total = 0;
        for (const demand of streams) {
          const [replica] = planReplicas(board, demand, { replicas: 1 }).added;
          const { weight } = board.node(replica!.name)!;
          const limit = (balance * (total + demand.cost) * weight) / totalWeight;
          assert.ok(board.load(replica!.name) < limit, `${board.load(replica!.name)} of ${limit}`);
          assert.equal(replica!.overLimit, false);
          board.put({ ...demand, nodes: [replica!.name] });
          total += demand.cost;
        }
      }),
    );
  });

  it('with streams of one cost, no node carries more than ceil(balance × m × weight / all weights)', () => {
    fc.assert(
      fc.property(
        nodesArbitrary(1),
        streamsArbitrary(fc.constant(1)),
        balances,
        (nodes, streams, balance) => {
          const board = fillBoard(new PlacementBoard(nodes, balance), streams, 1);
          const totalWeight = nodes.reduce((sum, { weight }) => sum + weight, 0);
          for (const { name, weight } of nodes) {
            assert.ok(
              board.load(name) <= Math.ceil((balance * streams.length * weight) / totalWeight - 1e-9),
            );
          }
        },
      ),
    );
  });

  it('takes the first node of the walk that is below its limit, and says how far that is', () => {
    const board = new PlacementBoard(['r0-a', 'r0-b', 'r0-c'].map((name) => createNode(name)));
    const walk = board.walk('r0', 'demo').map(({ name }) => name);
    const demand = { stream: 'demo', cost: 1, region: 'r0' };
    assert.equal(planReplicas(board, demand, { replicas: 1 }).added[0]!.rank, 0);
    board.put({ stream: 'other', cost: 5, region: 'r0', nodes: [walk[0]!] });
    const [pushed] = planReplicas(board, demand, { replicas: 1 }).added;
    assert.deepEqual([pushed!.name, pushed!.rank], [walk[1], 1]);
  });

  it('is the same for the same streams in the same order, whatever the order of nodes', () => {
    fc.assert(
      fc.property(nodesArbitrary(3), streamsArbitrary(fc.integer({ min: 1, max: 9 })), (nodes, streams) => {
        const one = fillBoard(new PlacementBoard(nodes), streams, 2);
        const other = fillBoard(new PlacementBoard(nodes.toReversed()), streams, 2);
        assert.deepEqual([...one.placements], [...other.placements]);
      }),
    );
  });

  it('refuses a balance below 1', () => {
    assert.throws(
      () => new PlacementBoard([createNode('r0-a')], 0.9),
      (error) => error instanceof StreamctlError && error.code === 'USAGE',
    );
  });
});

describe('planReplicas, where replicas are', () => {
  it('puts replica 1 in the publisher’s region and replica 2 in another', () => {
    const second = new Set<string>();
    fc.assert(
      fc.property(nodesArbitrary(3), streamsArbitrary(fc.constant(1)), (nodes, streams) => {
        const board = fillBoard(new PlacementBoard(nodes), streams, 2);
        assert.equal(board.placements.size, streams.length);
        for (const placement of board.placements.values()) {
          const regions = placement.nodes.map((name) => board.node(name)!.region);
          assert.equal(regions[0], 'r0');
          assert.notEqual(regions[1], 'r0');
          second.add(regions[1]!);
        }
      }),
    );
    assert.deepEqual([...second].sort(), ['r1', 'r2'], 'both other regions are used');
  });

  it('with one region puts them on different hosts', () => {
    const hosts = fc.integer({ min: 0, max: 2 });
    fc.assert(
      fc.property(
        fc.array(hosts, { minLength: 2, maxLength: 9 }),
        streamsArbitrary(fc.constant(1)),
        (onHost, streams) => {
          const nodes = onHost.map((host, at) => ({ ...createNode(`r0-${at}`), host: `host-${host}` }));
          const board = fillBoard(new PlacementBoard(nodes), streams, 2);
          assert.equal(board.placements.size, new Set(onHost).size < 2 ? 0 : streams.length);
          for (const { nodes: names } of board.placements.values()) {
            const [a, b] = names.map((name) => board.node(name)!.host);
            assert.notEqual(a, b);
          }
        },
      ),
    );
  });

  it('never exceeds a capacity', () => {
    const capacities = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(capacities, streamsArbitrary(fc.integer({ min: 1, max: 9 })), (list, streams) => {
        const nodes = list.map((capacity, at) => createNode(`r0-${at}`, 1, capacity));
        const board = fillBoard(new PlacementBoard(nodes), streams, 1);
        for (const { name, capacity } of nodes) assert.ok(board.load(name) <= capacity);
      }),
    );
  });

  it('goes to another region when the publisher’s has no capacity left', () => {
    const board = new PlacementBoard([createNode('r0-a', 1, 1), createNode('r1-a'), createNode('r2-a')]);
    const { added, refusal } = planReplicas(board, { stream: 'demo', cost: 2, region: 'r0' });
    assert.deepEqual(added.map(({ region }) => region).sort(), ['r1', 'r2']);
    assert.equal(refusal, null);
  });
});

describe('planReplicas, when it refuses', () => {
  const demand = { stream: 'demo', cost: 3, region: 'r0' };

  it('says that there is no node', () => {
    assert.equal(planReplicas(new PlacementBoard([]), demand).refusal?.kind, 'no-nodes');
  });

  it('says which region has no second host, and keeps the replica it found', () => {
    const board = new PlacementBoard([createNode('r0-a')]);
    const { added, refusal } = planReplicas(board, demand);
    assert.equal(added.length, 1);
    assert.deepEqual(refusal, {
      kind: 'no-other-host',
      stream: 'demo',
      replica: 2,
      regions: ['r0'],
      hosts: ['host-of-r0-a'],
    });
  });

  it('says how much is lacking where there is most room, and that freeing it would do', () => {
    const board = new PlacementBoard([createNode('r0-a', 1, 4), createNode('r0-b', 1, 5)]);
    board.put({ stream: 'a', cost: 3, region: 'r0', nodes: ['r0-a'] });
    board.put({ stream: 'b', cost: 3, region: 'r0', nodes: ['r0-b'] });
    const { refusal } = planReplicas(board, demand);
    assert.deepEqual(refusal, {
      kind: 'no-capacity',
      stream: 'demo',
      replica: 1,
      regions: ['r0'],
      cost: 3,
      roomiest: { name: 'r0-b', room: 2, capacity: 5 },
    });
    board.take('b');
    board.put({ stream: 'b', cost: 2, region: 'r0', nodes: ['r0-b'] });
    assert.equal(planReplicas(board, demand, { replicas: 1 }).refusal, null, 'the cure cures');
  });
});
