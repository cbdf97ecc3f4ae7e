/**
 * Which of the moves that are wanted begin now: a few at a time, so that their cost stays small beside what plays. Pure.
 */
import type { PlaceWish } from '../store/placements.ts';
import type { MoveReason, PlacementRecord } from '../store/ring-records.ts';
import { chooseTarget, type Target } from './choose-target.ts';
import { playsLive } from './compare-replicas.ts';
import type { RetryPauses } from './retry-pauses.ts';
import { isOpen, type RoundFacts } from './round-facts.ts';
import type { WantedMove } from './wanted-moves.ts';

export interface MoveOrder {
  readonly stream: string;
  readonly from: string;
  readonly to: string;
  readonly why: MoveReason;
  readonly capacity: number | null;
}

/** A move that does not begin yet, and what it waits for. */
export interface WaitingMove {
  readonly stream: string;
  readonly from: string;
  /** Null when no node can take it. */
  readonly to: string | null;
  readonly why: MoveReason;
  readonly state: 'queued' | 'waiting' | 'retrying';
  readonly note: string;
}

export interface MoveChoice {
  readonly begin: readonly MoveOrder[];
  readonly waiting: readonly WaitingMove[];
}

export interface ChooseMovesDeps {
  readonly pauses: RetryPauses;
  /** The wish for a placed stream, without the nodes that are not up. */
  readonly wishOf: (placement: PlacementRecord) => PlaceWish;
}

/** Under way at once in the whole cluster, and on one node: each is one pipeline more for some seconds. */
export const MAX_MOVES = 4;
export const MAX_MOVES_A_NODE = 2;

/** Chooses among the moves that are wanted, and says of each other one what it waits for. */
export function chooseMoves(
  facts: RoundFacts,
  wanted: readonly WantedMove[],
  deps: ChooseMovesDeps,
): MoveChoice {
  const places = new Places(facts);
  const begin: MoveOrder[] = [];
  const waiting: WaitingMove[] = [];
  const loads = new Map(facts.loads);
  for (const move of wanted) {
    const { placement, from, why } = move;
    const { stream, replicas, cost } = placement;
    const target = targetOf(facts, move, () =>
      chooseTarget(deps.wishOf(placement), { from, replicas, loads }),
    );
    if (target === null) {
      if (why !== 'home') waiting.push({ stream, from, to: null, why, ...NO_ROOM });
      continue;
    }
    const order = { stream, from, why, ...target };
    const held = waitOf(facts, order, deps) ?? places.take(order);
    if (held !== null) {
      waiting.push({ ...order, ...held });
      continue;
    }
    begin.push(order);
    loads.set(order.to, (loads.get(order.to) ?? 0) + cost);
  }
  return { begin, waiting };
}

const NO_ROOM = { state: 'waiting', note: 'no node can take it' } as const;

/** The planned target, or the one that `choose` finds. */
function targetOf({ members }: RoundFacts, { to }: WantedMove, choose: () => Target | null): Target | null {
  return to === null ? choose() : { to, capacity: members.get(to)?.capacity ?? null };
}

/** What a move has to wait for other than a place; null: nothing. */
function waitOf(
  facts: RoundFacts,
  { stream, from, to }: Pick<MoveOrder, 'stream' | 'from' | 'to'>,
  { pauses }: ChooseMovesDeps,
): Pick<WaitingMove, 'state' | 'note'> | null {
  const failure = pauses.of(stream);
  if (failure !== null && failure.untilMs > facts.nowMs) {
    const times = failure.attempts === 1 ? 'once' : `${failure.attempts} times`;
    const inSec = Math.ceil((failure.untilMs - facts.nowMs) / 1000);
    return { state: 'retrying', note: `failed ${times}, again in ${inSec} s: ${failure.note}` };
  }
  const placement = facts.placements.get(stream)!;
  if (placement.move !== null) return { state: 'queued', note: 'another replica of it is moving' };
  if (!isOpen(facts, to)) return { state: 'waiting', note: `${to} is not heard` };
  const plays = [from, ...placement.replicas].some((node) => playsLive(facts.reported(node, stream)));
  if (facts.sessions.has(stream) && plays) return null;
  return { state: 'waiting', note: 'its publisher sends no picture; it moves when there is one' };
}

/** The places for moves that are still free. */
class Places {
  #free = MAX_MOVES;
  readonly #used = new Map<string, number>();
  readonly #streams = new Set<string>();

  constructor({ placements }: RoundFacts) {
    for (const { stream, move } of placements.values()) if (move !== null) this.#enter({ stream, ...move });
  }

  /** Takes a place, or says why there is none. */
  take(order: Pick<MoveOrder, 'stream' | 'from' | 'to'>): Pick<WaitingMove, 'state' | 'note'> | null {
    if (this.#free <= 0) return { state: 'queued', note: `${MAX_MOVES} streams are moving` };
    if (this.#streams.has(order.stream)) return { state: 'queued', note: 'another replica of it is moving' };
    const full = [order.from, order.to].find((node) => (this.#used.get(node) ?? 0) >= MAX_MOVES_A_NODE);
    if (full !== undefined) {
      return { state: 'queued', note: `${MAX_MOVES_A_NODE} streams are moving from or to ${full}` };
    }
    this.#enter(order);
    return null;
  }

  #enter({ stream, from, to }: Pick<MoveOrder, 'stream' | 'from' | 'to'>): void {
    this.#free -= 1;
    this.#streams.add(stream);
    for (const node of [from, to]) this.#used.set(node, (this.#used.get(node) ?? 0) + 1);
  }
}
