/** Bringing streams back that bounded load, a lost region or a change pushed aside, a few at a time. */
import { StreamctlError } from '../base/errors.ts';
import { ownValue } from '../base/own-value.ts';
import { boardNodes } from '../placement/board.ts';
import { planSpread } from '../placement/plan-spread.ts';
import { PlacementBoard } from '../ring/placement-board.ts';
import { maxOverMean, planRebalance as planWayBack } from '../ring/plan-moves.ts';
import { writePlannedMoves } from '../store/moves.ts';
import type { PlannedMove } from '../store/ring-records.ts';
import type { Store } from '../store/store.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { MoveChains } from './move-chains.ts';
import { unevenness } from './node-loads.ts';
import { loadRingState, type RingState } from './ring-state.ts';

export interface RebalancePlan {
  readonly epoch: number;
  /** At most as many as the limit, in order. */
  readonly moves: readonly PlannedMove[];
  /** How many there would be without the limit. */
  readonly wanted: number;
  readonly maxOverMean: { readonly before: number; readonly after: number };
}

/** Plans at most `limit` moves; streams that move already, or will, are left alone. */
export async function planRebalance(
  reader: StoreReader,
  { limit }: { readonly limit: number },
): Promise<RebalancePlan> {
  return planRebalanceOf(await loadRingState(reader), limit);
}

/** Plans and asks the controller for the moves. Throws CONFLICT when the ring changed meanwhile. */
export async function rebalance(store: Store, options: { readonly limit: number }): Promise<RebalancePlan> {
  const plan = await planRebalance(store, options);
  if (plan.moves.length === 0) return plan;
  if ((await writePlannedMoves(store, plan.epoch, plan.moves)) !== null) return plan;
  throw new StreamctlError('CONFLICT', `rebalance: the ring is no longer at epoch ${plan.epoch}`, {
    hint: 'Try again.',
  });
}

/** The plan on a state. Pure. */
export function planRebalanceOf(state: RingState, limit: number): RebalancePlan {
  const { ring, placements, planned, down } = state;
  const moving = new Set([
    ...placements.filter(({ move }) => move !== null).map(({ stream }) => stream),
    ...planned.map(({ stream }) => stream),
  ]);
  const open = boardNodes(ring).filter(({ name }) => !down.has(name));
  const board = new PlacementBoard(open, ring.balance);
  for (const placement of new MoveChains(state).placements()) board.put(placement);
  const before = maxOverMean(board);

  const isPinned = (stream: string, node: string): boolean =>
    (ownValue(ring.pins, stream) ?? []).includes(node);
  const stays = (stream: string, node: string): boolean => moving.has(stream) || isPinned(stream, node);
  const spread = planSpread(board, stays);
  const moves = [...spread, ...planWayBack(board, Number.POSITIVE_INFINITY, stays).moves];
  const chains = new MoveChains({ placements, planned: [] });
  for (const move of moves.slice(0, limit)) chains.add(move);
  const chosen = chains.list().map((move, order): PlannedMove => ({ ...move, epoch: ring.epoch, order }));
  const after = unevennessAfter(state, chosen);
  return { epoch: ring.epoch, moves: chosen, wanted: moves.length, maxOverMean: { before, after } };
}

function unevennessAfter({ ring, placements, planned }: RingState, moves: readonly PlannedMove[]): number {
  const chains = new MoveChains({ placements, planned: [...planned, ...moves] });
  return unevenness(boardNodes(ring), chains.placements());
}
