/** Moves of replicas: both nodes run the stream from `begin` on, one of them after `finish` or `abort`. */
import { parsePlannedMove } from './parse-ring-records.ts';
import type { MoveReason, PlannedMove } from './ring-records.ts';
import { runRingScript } from './run-ring-script.ts';
import { ABORT_MOVE, BEGIN_MOVE, DROP_PLANNED_MOVE, FINISH_MOVE } from './scripts/moves.ts';
import { PLAN_MOVES } from './scripts/ring.ts';
import type { Store } from './store.ts';
import type { StoreReader } from './store-reader.ts';

/** `not-possible`: what the step starts from is not so (any more). */
export type MoveOutcome = 'done' | 'not-possible' | 'superseded' | 'stale-ring';

/** Moves that are planned and have not begun, in the order in which they begin: as planned, older plans first. */
export async function loadPlannedMoves(reader: StoreReader): Promise<readonly PlannedMove[]> {
  return Object.values(await reader.redis.hgetall(reader.keys.moves))
    .map(parsePlannedMove)
    .filter((move) => move !== null)
    .sort((a, b) => a.epoch - b.epoch || a.order - b.order);
}

/** Plans moves on the ring at this epoch; returns how many still apply, or null when the ring has changed. */
export async function writePlannedMoves(
  store: Store,
  epoch: number,
  moves: readonly PlannedMove[],
): Promise<number | null> {
  const count = (await runRingScript(store, PLAN_MOVES, {
    args: [epoch, JSON.stringify(moves)],
  })) as number;
  return count < 0 ? null : count;
}

export interface MoveBegin {
  readonly token: number;
  /** Of the ring that the controller goes by. */
  readonly epoch: number;
  readonly stream: string;
  readonly from: string;
  readonly to: string;
  readonly why: MoveReason;
  /** What `to` can carry, in the unit of costs; null when nobody said. */
  readonly capacity: number | null;
  readonly atMs: number;
}

/** Begins a move: `to` is joining, and the planned move, if it was one, is no longer. */
export async function beginMove(store: Store, move: MoveBegin): Promise<MoveOutcome> {
  const { token, epoch, stream, from, to, why, capacity, atMs } = move;
  const args = [stream, from, to, why, capacity ?? '', epoch, Math.round(atMs)];
  return (await runRingScript(store, BEGIN_MOVE, { token, args })) as MoveOutcome;
}

export interface MoveEnd {
  readonly token: number;
  readonly stream: string;
}

/** Lets `to` stand in the place of `from`, which is given back. */
export async function finishMove(store: Store, { token, stream }: MoveEnd): Promise<MoveOutcome> {
  return (await runRingScript(store, FINISH_MOVE, { token, args: [stream] })) as MoveOutcome;
}

/** Gives `to` back: the stream is where it was. `again`: planned in the same step, so that nobody sees it neither move nor wait. */
export async function abortMove(
  store: Store,
  { token, stream, again = null }: MoveEnd & { readonly again?: PlannedMove | null },
): Promise<MoveOutcome> {
  const args = [stream, again === null ? '' : JSON.stringify(again)];
  return (await runRingScript(store, ABORT_MOVE, { token, args })) as MoveOutcome;
}

/** Forgets a planned move that has not begun. */
export async function dropPlannedMove(
  store: Store,
  { token, stream, from }: MoveEnd & { readonly from: string },
): Promise<MoveOutcome> {
  return (await runRingScript(store, DROP_PLANNED_MOVE, { token, args: [stream, from] })) as MoveOutcome;
}
