import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { loadLimit } from '../../../src/lib/ring/bounded-load.ts';
import { PlacementBoard, type PlacementNode } from '../../../src/lib/ring/placement-board.ts';
import { maxOverMean, planMembership, planRebalance } from '../../../src/lib/ring/plan-moves.ts';
import { createNode, fillBoard, nodesArbitrary, streamsArbitrary } from './placement-arbitrary.ts';

const someStreams = streamsArbitrary(fc.integer({ min: 1, max: 9 }));

/** Changes one node: it joins, leaves, or gets another weight. */
const change = fc.record({
  kind: fc.constantFrom('join', 'leave', 'weight'),
  weight: fc.integer({ min: 1, max: 6 }),
});

function changed(
  nodes: PlacementNode[],
  { kind, weight }: { kind: string; weight: number },
): PlacementNode[] {
  if (kind === 'join') return [...nodes, createNode('r0-new', weight)];
  if (kind === 'leave') return nodes.slice(1);
  return [{ ...nodes[0]!, weight }, ...nodes.slice(1)];
}

function rank(board: PlacementBoard, stream: string, node: string): number {
  return board.walk(board.node(node)!.region, stream).findIndex(({ name }) => name === node);
}

describe('planMembership', () => {
  it('without a bound moves exactly the streams whose owner changed, each to its owner', () => {
    fc.assert(
      fc.property(nodesArbitrary(1), someStreams, change, (nodes, streams, what) => {
        const before = fillBoard(new PlacementBoard(nodes, Number.POSITIVE_INFINITY), streams, 1);
        const plan = planMembership(before, changed(nodes, what));
        const expected = streams
          .map(({ stream }) => ({
            stream,
            from: before.walk('r0', stream)[0]!.name,
            to: plan.after.walk('r0', stream)[0]!.name,
          }))
          .filter(({ from, to }) => from !== to);
        const made = plan.moves.map(({ stream, from, to }) => ({ stream, from, to }));
        const byName = (a: { stream: string }, b: { stream: string }): number =>
          a.stream < b.stream ? -1 : 1;
        assert.deepEqual(made.sort(byName), expected.sort(byName));
      }),
    );
  });

  it('with a bound moves streams from or to the changed node only, but for relief of nodes that are too full', () => {
    fc.assert(
      fc.property(nodesArbitrary(1), someStreams, change, (nodes, streams, what) => {
        const before = fillBoard(new PlacementBoard(nodes), streams, 1);
        const name = what.kind === 'join' ? 'r0-new' : nodes[0]!.name;
        const { moves, refusals } = planMembership(before, changed(nodes, what));
        assert.deepEqual(refusals, []);
        for (const move of moves) {
          assert.ok(move.from === name || move.to === name || move.why === 'relief', JSON.stringify(move));
        }
      }),
    );
  });

  it('leaves every replica on a member, in another region and on another host than the other', () => {
    fc.assert(
      fc.property(nodesArbitrary(2), someStreams, change, (nodes, streams, what) => {
        const before = fillBoard(new PlacementBoard(nodes), streams, 2);
        const { after, refusals } = planMembership(before, changed(nodes, what));
        assert.deepEqual(refusals, []);
        for (const placement of after.placements.values()) {
          const [a, b] = placement.nodes.map((name) => after.node(name)!);
          assert.notEqual(a!.region, b!.region);
          assert.notEqual(a!.host, b!.host);
        }
      }),
    );
  });

  it('relieves every node that the change made too full', () => {
    fc.assert(
      fc.property(nodesArbitrary(1), someStreams, change, (nodes, streams, what) => {
        const before = fillBoard(new PlacementBoard(nodes), streams, 1);
        const { after } = planMembership(before, changed(nodes, what));
        for (const { name, weight } of after.nodes) {
          const own = [...after.placements.values()].filter((placement) => placement.nodes.includes(name));
          const least = Math.max(0, ...own.map(({ cost }) => cost));
          assert.ok(after.load(name) - least < loadLimit(after.demand('r0', 0), weight) || own.length === 0);
        }
      }),
    );
  });

  it('says which stream loses its replica when nobody can take it', () => {
    const nodes = [createNode('r0-a', 1, 5), createNode('r1-a', 1, 5)];
    const before = fillBoard(new PlacementBoard(nodes), [{ stream: 'demo', cost: 4, region: 'r0' }], 2);
    const { moves, refusals, after } = planMembership(before, nodes.slice(0, 1));
    assert.deepEqual(moves, []);
    assert.equal(refusals[0]?.refusal.kind, 'no-other-host');
    assert.deepEqual(after.placements.get('demo')?.nodes, ['r0-a']);
  });

  it('moves streams of a lost region to what is left', () => {
    const nodes = ['r0-a', 'r0-b', 'r1-a', 'r1-b', 'r2-a', 'r2-b'].map((name) => createNode(name));
    const streams = Array.from({ length: 30 }, (_, at) => ({ stream: `s${at}`, cost: 1, region: 'r0' }));
    const before = fillBoard(new PlacementBoard(nodes), streams, 2);
    const { after, moves } = planMembership(before, nodes.slice(2));
    assert.equal(moves.filter(({ why }) => why === 'evacuate').length, 30);
    for (const { nodes: names } of after.placements.values()) {
      assert.deepEqual(names.map((name) => after.node(name)!.region).sort(), ['r1', 'r2']);
    }
  });
});

describe('planRebalance', () => {
  it('brings streams nearer to their owner without filling a node above its limit, and then has nothing to do', () => {
    fc.assert(
      fc.property(nodesArbitrary(1), someStreams, fc.nat(), (nodes, streams, ended) => {
        const board = fillBoard(new PlacementBoard(nodes), streams, 1);
        for (const { stream } of streams.filter((_, at) => (ended >> (at % 31)) & 1)) board.take(stream);
        const { moves, after } = planRebalance(board);
        for (const { stream, from, to, why } of moves) {
          if (why === 'home') assert.ok(rank(board, stream, to) < rank(board, stream, from));
        }
        const costliest = Math.max(0, ...[...after.placements.values()].map(({ cost }) => cost));
        for (const { to } of moves) {
          const limit = loadLimit(after.demand('r0', 0), after.node(to)!.weight);
          assert.ok(after.load(to) < limit + costliest);
        }
        assert.deepEqual(planRebalance(after).moves, []);
      }),
    );
  });

  it('makes the first moves only, when limited', () => {
    const nodes = Array.from({ length: 5 }, (_, at) => createNode(`r0-${at}`));
    const streams = Array.from({ length: 80 }, (_, at) => ({ stream: `s${at}`, cost: 1, region: 'r0' }));
    const board = fillBoard(new PlacementBoard(nodes, 1.05), streams, 1);
    for (const { stream } of streams.slice(0, 40)) board.take(stream);
    const all = planRebalance(board).moves;
    assert.ok(all.length > 3, `${all.length} moves`);
    assert.deepEqual(planRebalance(board, 3).moves, all.slice(0, 3));
  });

  it('leaves the board that it was asked about as it is', () => {
    const nodes = ['r0-a', 'r0-b'].map((name) => createNode(name));
    const board = new PlacementBoard(nodes);
    const [owner, other] = board.walk('r0', 'demo').map(({ name }) => name);
    board.put({ stream: 'demo', cost: 1, region: 'r0', nodes: [other!] });
    assert.deepEqual(planRebalance(board).moves, [{ stream: 'demo', from: other, to: owner, why: 'home' }]);
    assert.deepEqual(board.placements.get('demo')?.nodes, [other]);
    assert.equal(maxOverMean(board), 2);
  });
});
