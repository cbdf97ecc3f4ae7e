/**
 * The moves that a change of the ring asks for. Pure.
 *
 * It plans on the streams as they will be once every move that is planned or under way is made, and then says how to get
 * from where they are to where they should be. So a change that takes back another one takes its moves back too, and two
 * changes in a row move a stream once.
 */
import { ownValue } from '../base/own-value.ts';
import { boardNodes } from '../placement/board.ts';
import { planSpread } from '../placement/plan-spread.ts';
import { PlacementBoard } from '../ring/placement-board.ts';
import { type Fixed, planMembership } from '../ring/plan-moves.ts';
import type { Refusal } from '../ring/plan-replicas.ts';
import type { MoveReason, PlannedMove, RingRecord } from '../store/ring-records.ts';
import { MoveChains } from './move-chains.ts';
import { compareLoads, type NodeLoad, unevenness } from './node-loads.ts';
import { planPins } from './plan-pins.ts';
import type { RingState } from './ring-state.ts';

export interface ChangePlan {
  /** Every move that has not begun, those of earlier changes too, in order. */
  readonly moves: readonly PlannedMove[];
  /** Streams whose planned moves have become needless. */
  readonly dropped: readonly string[];
  /** Replicas that no node can take: they stay where they are. */
  readonly refusals: readonly { readonly stream: string; readonly refusal: Refusal }[];
  /** Greatest load of an active node over the mean of its region, relative to weight. */
  readonly maxOverMean: { readonly before: number; readonly after: number };
  readonly loads: readonly NodeLoad[];
}

/** Plans the way from a state to what the next ring asks for. */
export function planMovesOfChange(state: RingState, next: RingRecord): ChangePlan {
  const chains = new MoveChains(state);
  for (const move of planPins(next, chains.placements(), state.down)) chains.add(move);
  return planOn({ state, next, chains }, (stream, node) => isPinned(next, stream, node));
}

/**
 * Plans what is still to move on the ring as it is: what earlier changes asked for, and what the controller moves without
 * a plan, off nodes that drain and out of regions that others of the stream share. Nothing is relieved or brought home.
 */
export function planRestOf(state: RingState): ChangePlan {
  return planOn({ state, next: state.ring, chains: new MoveChains(state) }, () => true);
}

type Draft = Pick<Planned, 'state' | 'next' | 'chains'>;

/** Adds what leaves its node to the moves so far; of nodes that stay, only what is not `fixed` there. */
function planOn({ state, next, chains }: Draft, fixed: Fixed): ChangePlan {
  const openNodes = (ring: RingRecord) => boardNodes(ring).filter(({ name }) => !state.down.has(name));
  const before = fillBoard(new PlacementBoard(openNodes(state.ring), next.balance), chains, state.down);
  const membership = planMembership(before, openNodes(next), fixed);
  for (const move of membership.moves) chains.add(move);
  const after = fillBoard(membership.after, chains, state.down);
  const spread = planSpread(after, (stream, node) => isPinned(next, stream, node));
  for (const move of spread) chains.add(move);

  // What nobody can take stays where it is, and does not go where an earlier change wanted it.
  chains.dropMovesTo((node) => stateOf(next, node) !== 'active');
  return summarize({ state, next, chains, refusals: membership.refusals });
}

interface Planned {
  readonly state: RingState;
  readonly next: RingRecord;
  readonly chains: MoveChains;
  readonly refusals: ChangePlan['refusals'];
}

function summarize({ state, next, chains, refusals }: Planned): ChangePlan {
  const moves = chains.list().map(({ stream, from, to, why }, order): PlannedMove => {
    const reason: MoveReason = stateOf(next, from) === 'active' ? wordActive(why) : 'evacuate';
    return { stream, from, to, why: reason, epoch: next.epoch, order };
  });
  const named = new Set(moves.map(({ stream }) => stream));
  const dropped = [...new Set(state.planned.map(({ stream }) => stream))].filter((name) => !named.has(name));
  const now = chains.actual();
  const after = chains.placements();
  return {
    moves,
    dropped,
    refusals,
    maxOverMean: {
      before: unevenness(boardNodes(state.ring), now),
      after: unevenness(boardNodes(next), after),
    },
    loads: compareLoads([state.ring, next], now, after),
  };
}

/** From a node that stays, a stream is not evacuated, whatever an earlier change wanted. */
function wordActive(why: MoveReason): MoveReason {
  return why === 'evacuate' ? 'relief' : why;
}

function isPinned(ring: RingRecord, stream: string, node: string): boolean {
  return (ownValue(ring.pins, stream) ?? []).includes(node) && stateOf(ring, node) === 'active';
}

function stateOf(ring: RingRecord, name: string): string | undefined {
  return ring.nodes.find((node) => node.name === name)?.state;
}

function fillBoard(board: PlacementBoard, chains: MoveChains, down: ReadonlySet<string>): PlacementBoard {
  const actual = new Map(chains.actual().map(({ stream, nodes }) => [stream, nodes]));
  for (const placement of chains.placements()) {
    // Those that run come first: of two replicas the one that is only planned goes elsewhere.
    const runs = (node: string): boolean => actual.get(placement.stream)!.includes(node);
    const nodes = placement.nodes.toSorted((a, b) => Number(runs(b)) - Number(runs(a)));
    board.put({ ...placement, nodes: nodes.filter((node) => !down.has(node)) });
  }
  return board;
}
