import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pin, type RingEdit, removeNode, setState, setWeight } from '../../../src/lib/membership/edits.ts';
import { applyPatch } from '../../../src/lib/membership/patch.ts';
import { planMovesOfChange, planRestOf } from '../../../src/lib/membership/plan-moves-of-change.ts';
import { planRebalanceOf } from '../../../src/lib/membership/rebalance.ts';
import type { RingState } from '../../../src/lib/membership/ring-state.ts';
import { createBoard } from '../../../src/lib/placement/board.ts';
import { planReplicas } from '../../../src/lib/ring/plan-replicas.ts';
import type { PlacementRecord, PlannedMove, RingRecord } from '../../../src/lib/store/ring-records.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';

const NODES = ['eu-1', 'eu-2', 'eu-3', 'us-1', 'us-2', 'us-3'];
const RING = ringRecord(
  1,
  NODES.map((name) => ringNode(name)),
);

/** A ring with streams placed one after the other. */
function filled(ring: RingRecord, count: number, costs: readonly number[] = [1000]): RingState {
  const placements: PlacementRecord[] = [];
  for (let at = 0; at < count; at++) {
    const demand = {
      stream: `stream-${at}`,
      cost: costs[at % costs.length]!,
      region: at % 2 === 0 ? 'us' : 'eu',
    };
    const { added } = planReplicas(createBoard(ring, placements), demand, { replicas: ring.replicas });
    const replicas = added.map(({ name }) => name);
    placements.push({ version: 1, ...demand, epoch: 1, replicas, move: null, createdMs: 1 });
  }
  return { ring, placements, planned: [], down: new Set() };
}

function change(state: RingState, how: RingEdit) {
  const ring = applyPatch(state.ring, how(state.ring));
  const plan = planMovesOfChange(state, ring);
  return { plan, next: { ...state, ring, planned: plan.moves } };
}

/** The state once these moves are made. */
function made(state: RingState, moves: readonly PlannedMove[]): RingState {
  const placements = state.placements.map((placement) => {
    const own = moves.filter(({ stream }) => stream === placement.stream);
    const to = (node: string): string => own.find(({ from }) => from === node)?.to ?? node;
    return { ...placement, replicas: placement.replicas.map(to) };
  });
  const left = state.planned.filter((move) => !moves.includes(move));
  return { ...state, placements, planned: left };
}

test('draining a node moves what it has, and says so of loads', () => {
  const state = filled(RING, 12);
  const { plan } = change(state, setState('us-1', 'draining'));
  const had = state.placements
    .filter(({ replicas }) => replicas.includes('us-1'))
    .map(({ stream }) => stream);
  assert.ok(had.length > 0);
  assert.deepEqual(
    plan.moves
      .filter(({ from }) => from === 'us-1')
      .map(({ stream }) => stream)
      .toSorted(),
    had.toSorted(),
  );
  assert.ok(plan.moves.every(({ from, why }) => (from === 'us-1') === (why === 'evacuate')));
  assert.deepEqual(
    plan.moves.map(({ order, epoch }) => [order, epoch]),
    plan.moves.map((_, at) => [at, 2]),
  );
  const load = plan.loads.find(({ node }) => node === 'us-1');
  assert.deepEqual([load?.before, load?.after], [had.length * 1000, 0]);
});

test('undraining before anything moved takes every move back', () => {
  const state = filled(RING, 12);
  const drained = change(state, setState('us-1', 'draining'));
  const { plan } = change(drained.next, setState('us-1', 'active'));
  const onlyOthers = plan.moves.filter(({ from }) => from === 'us-1');
  const owners = createBoard(RING, state.placements);
  // Those that bounded load had pushed onto us-1 may go on to where they belong.
  for (const { stream, to } of onlyOthers) {
    const walk = owners.walk('us', stream).map(({ name }) => name);
    assert.ok(walk.indexOf(to) < walk.indexOf('us-1'), `${stream} to ${to}`);
  }
  const before = drained.plan.moves.length;
  assert.ok(before > plan.moves.length);
  const named = new Set([...plan.dropped, ...plan.moves.map(({ stream }) => stream)]);
  assert.ok(drained.plan.moves.every(({ stream }) => named.has(stream)));
});

test('when a region comes back before anything moved, the replicas that it has stay', () => {
  let state = filled(RING, 20);
  const before = state.placements.filter(({ replicas }) => replicas.includes('eu-1'));
  for (const name of ['eu-2', 'eu-1', 'eu-3']) state = change(state, setState(name, 'draining')).next;
  const { plan } = change(state, setState('eu-1', 'active'));
  assert.ok(before.length > 1);
  for (const { stream } of before)
    assert.ok(
      plan.moves.every((move) => move.stream !== stream),
      stream,
    );
});

test('two changes in a row move a replica once, from where it is to where it should be', () => {
  const costs = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
  const edits = fc.array(
    fc.oneof(
      fc.record({ name: fc.constantFrom(...NODES), weight: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ name: fc.constantFrom(...NODES), drain: fc.boolean() }),
    ),
    { minLength: 1, maxLength: 6 },
  );
  const property = fc.property(
    costs,
    edits,
    fc.array(fc.boolean(), { maxLength: 10 }),
    (list, changes, lucky) => {
      let state = filled(RING, 20, list);
      for (const one of changes) {
        const how =
          'weight' in one
            ? setWeight(one.name, one.weight)
            : setState(one.name, one.drain ? 'draining' : 'active');
        try {
          state = change(state, how).next;
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'CONFLICT');
          continue;
        }
        for (const { stream, from, to } of state.planned) {
          const { replicas } = state.placements.find((placement) => placement.stream === stream)!;
          assert.ok(replicas.includes(from) && !replicas.includes(to) && from !== to);
          assert.equal(state.ring.nodes.find(({ name }) => name === to)?.state, 'active');
        }
        const keys = state.planned.map(({ stream, from }) => `${stream} ${from}`);
        assert.equal(new Set(keys).size, keys.length);
        state = made(
          state,
          state.planned.filter((_, at) => lucky[at] ?? false),
        );
      }
      const settled = made(state, state.planned);
      const draining = settled.ring.nodes.filter((node) => node.state === 'draining').map(({ name }) => name);
      const regions = (names: readonly string[]) => new Set(names.map((name) => name.slice(0, 2))).size;
      for (const { replicas } of settled.placements) {
        const open = settled.ring.nodes.filter((node) => node.state === 'active').map(({ name }) => name);
        // With one node there is no place for the second replica.
        if (open.length === 1) assert.ok(replicas.includes(open[0]!));
        else assert.ok(replicas.every((name) => !draining.includes(name)));
        if (open.length === 1) continue;
        assert.equal(regions(replicas), Math.min(2, regions(open)));
      }
    },
  );
  fc.assert(property, { numRuns: 150 });
});

test('a move of an earlier change to a node that is drained is not made where nobody can take the replica', () => {
  let state = filled(RING, 20);
  for (const name of ['eu-1', 'us-2', 'eu-3', 'eu-2']) state = change(state, setState(name, 'draining')).next;
  assert.ok(state.planned.some(({ to }) => to === 'us-3'));
  const { plan } = change(state, setState('us-3', 'draining'));
  assert.ok(plan.refusals.length > 0);
  assert.deepEqual([...new Set(plan.moves.map(({ to }) => to))], ['us-1']);
});

test('a pin moves the replica of its region, and no change moves it away', () => {
  const state = filled(RING, 1);
  const [home = '', away = ''] = state.placements[0]!.replicas;
  const target = NODES.find((name) => name.startsWith('us') && name !== home)!;
  const pinned = change(state, pin('stream-0', target));
  assert.deepEqual(
    pinned.plan.moves.map(({ stream, from, to, why }) => [stream, from, to, why]),
    [['stream-0', home, target, 'pin']],
  );
  const there = made(pinned.next, pinned.plan.moves);
  assert.deepEqual(there.placements[0]!.replicas, [target, away]);
  assert.deepEqual(change(there, setWeight(home, 50)).plan.moves, []);
  assert.deepEqual(planRebalanceOf(there, 9).moves, []);
  const drained = change(there, setState(target, 'draining'));
  assert.deepEqual(
    drained.plan.moves.map(({ from, why }) => [from, why]),
    [[target, 'evacuate']],
  );
});

describe('next to a stream that is pinned', () => {
  const nodes = ['us-1', 'us-2', 'us-3'];
  const placed = (stream: string, cost: number, node: string): PlacementRecord => {
    return { version: 1, stream, cost, region: 'us', epoch: 1, replicas: [node], move: null, createdMs: 1 };
  };
  const small = [1, 2, 3, 4, 5].map((at) => placed(`small-${at}`, 1000, 'us-1'));
  const ring = ringRecord(
    1,
    nodes.map((name) => ringNode(name)),
  );
  // Together 12: a node of the three is full with 5.
  const state = (gala: string): RingState => {
    const placements = [...small, placed('gala', 3000, gala), placed('large', 4000, 'us-3')];
    return { ring, placements, planned: [], down: new Set() };
  };
  const loadOf = (node: string, { placements }: RingState): number =>
    placements.reduce((sum, { cost, replicas }) => sum + (replicas.includes(node) ? cost : 0), 0);

  test('what the pin makes too much leaves with the pin', () => {
    const { plan, next } = change(state('us-2'), pin('gala', 'us-1'));
    assert.deepEqual(
      plan.moves.filter(({ stream }) => stream === 'gala').map(({ to, why }) => [to, why]),
      [['us-1', 'pin']],
    );
    assert.equal(loadOf('us-1', made(next, plan.moves)), 5000);
  });

  test('a rebalance relieves the node of the others', () => {
    const pinned = { ...state('us-1'), ring: { ...ring, pins: { gala: ['us-1'] } } };
    const { moves } = planRebalanceOf(pinned, 9);
    assert.ok(moves.every(({ stream }) => stream !== 'gala'));
    assert.equal(loadOf('us-1', made(pinned, moves)), 5000);
  });
});

test('what is still to move is what was planned and what has to leave, and no relief of its own', () => {
  const full = (load: readonly [string, number][], ring: RingRecord): RingState => {
    const placements = load.flatMap(([node, count]) =>
      Array.from({ length: count }, (_, at): PlacementRecord => {
        const demand = { stream: `${node}-${at}`, cost: 1000, region: 'us' };
        return { version: 1, ...demand, epoch: 1, replicas: [node], move: null, createdMs: 1 };
      }),
    );
    return { ring, placements, planned: [], down: new Set() };
  };
  const nodes = ['us-1', 'us-2', 'us-3'].map((name) => ringNode(name));
  const uneven = full(
    [
      ['us-1', 6],
      ['us-2', 1],
      ['us-3', 1],
    ],
    ringRecord(1, nodes),
  );
  assert.ok(planMovesOfChange(uneven, uneven.ring).moves.length > 0, 'a change would relieve us-1');
  assert.deepEqual(planRestOf(uneven).moves, []);
  const planned = { stream: 'us-1-0', from: 'us-1', to: 'us-2', why: 'relief', epoch: 1, order: 0 } as const;
  assert.deepEqual(planRestOf({ ...uneven, planned: [planned] }).moves, [planned]);
  const drained = applyPatch(uneven.ring, setState('us-3', 'draining')(uneven.ring));
  assert.deepEqual(
    planRestOf({ ...uneven, ring: drained }).moves.map(({ from, why }) => [from, why]),
    [['us-3', 'evacuate']],
  );
});

test('nothing moves to a node that is down, and what it had is left to the controller', () => {
  const state = { ...filled(RING, 12), down: new Set(['us-2']) };
  const { plan } = change(state, setState('us-1', 'draining'));
  assert.ok(plan.moves.length > 0);
  assert.ok(plan.moves.every(({ from, to }) => from !== 'us-2' && to !== 'us-2'));
});

test('a move under way counts as made', () => {
  const state = filled(RING, 1);
  const [home = ''] = state.placements[0]!.replicas;
  const [to = '', other = ''] = NODES.filter((name) => name.startsWith('us') && name !== home);
  const move = { from: home, to, why: 'relief', startedMs: 1 } as const;
  const moving = { ...state, placements: [{ ...state.placements[0]!, move }] };
  assert.deepEqual(change(moving, setState(home, 'draining')).plan.moves, []);
  const { moves } = change(change(moving, setState(home, 'draining')).next, setState(to, 'draining')).plan;
  assert.deepEqual(
    moves.map((one) => [one.from, one.to]),
    [[to, other]],
  );
});

test('replicas that share a region go apart when another region has nodes', () => {
  const us = RING.nodes.filter(({ region }) => region === 'us');
  const state = filled(ringRecord(1, us), 6);
  const ring = applyPatch(state.ring, { nodes: { 'eu-1': ringNode('eu-1') } });
  const plan = planMovesOfChange(state, ring);
  assert.deepEqual(
    plan.moves.map(({ to }) => to),
    Array.from({ length: 6 }, () => 'eu-1'),
  );
  const rebalanced = planRebalanceOf({ ...state, ring }, 4);
  assert.deepEqual([rebalanced.moves.length, rebalanced.wanted >= 6], [4, true]);
  const removed = change(made({ ...state, ring, planned: plan.moves }, plan.moves), removeNode('eu-1')).plan;
  assert.ok(removed.moves.every(({ from, to }) => from === 'eu-1' && to.startsWith('us')));
  assert.equal(removed.moves.length, 6);
});

test('a rebalance brings streams home once there is room, at most as many as asked for', () => {
  const state = filled(RING, 30, [1, 500, 3000]);
  const few = made(state, []);
  const lighter = { ...few, placements: few.placements.filter((_, at) => at % 3 === 0) };
  const all = planRebalanceOf(lighter, 100);
  assert.ok(all.wanted > 1, `${all.wanted} wanted`);
  assert.equal(planRebalanceOf(lighter, 1).moves.length, 1);
  const after = made({ ...lighter, planned: all.moves }, all.moves);
  assert.ok(planRebalanceOf(after, 100).wanted < all.wanted);
});
