/**
 * Which moves begin now: the planned ones in their order, then what is still on nodes that have to be emptied, then
 * replicas that share a region for no need; a few at a time, so that their cost stays small beside what plays. Pure.
 */
import type { PlaceWish } from '../store/placements.ts';
import type { MoveReason, PlacementRecord, PlannedMove } from '../store/ring-records.ts';
import { chooseTarget } from './choose-target.ts';
import { playsLive } from './compare-replicas.ts';
import { crowdedReplicas } from './crowded-replicas.ts';
import type { RetryPauses } from './retry-pauses.ts';
import { isLeaving, isLost, isOpen, type RoundFacts } from './round-facts.ts';

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
  /** Planned moves that make no sense any more. */
  readonly drop: readonly PlannedMove[];
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
/** So many of those that wait are looked at in a round and told of. */
const MAX_TOLD = 100;

/** Chooses among the planned moves and the streams on nodes that have to be emptied. */
export function chooseMoves(facts: RoundFacts, deps: ChooseMovesDeps): MoveChoice {
  const places = new Places(facts);
  const begin: MoveOrder[] = [];
  const drop: PlannedMove[] = [];
  const waiting: WaitingMove[] = [];
  const loads = new Map(facts.loads);
  const settle = (order: MoveOrder, wait: Pick<WaitingMove, 'state' | 'note'> | null): void => {
    const held = wait ?? places.take(order);
    if (held !== null) return void waiting.push({ ...order, ...held });
    begin.push(order);
    const cost = facts.placements.get(order.stream)!.cost;
    loads.set(order.to, (loads.get(order.to) ?? 0) + cost);
  };
  for (const move of facts.planned) {
    if (isMoot(facts, move)) drop.push(move);
    else if (waiting.length < MAX_TOLD)
      settle({ ...move, capacity: capacityOf(facts, move.to) }, waitOf(facts, move, deps));
  }
  const kept = new Set(
    facts.planned.filter((move) => !drop.includes(move)).map(({ stream, from }) => `${stream} ${from}`),
  );
  for (const { placement, from } of leavingReplicas(facts)) {
    if (waiting.length >= MAX_TOLD || kept.has(`${placement.stream} ${from}`)) continue;
    const order = { stream: placement.stream, from, why: 'evacuate' as const };
    const target = chooseTarget(deps.wishOf(placement), { from, replicas: placement.replicas, loads });
    if (target === null)
      waiting.push({ ...order, to: null, state: 'waiting', note: `no node can take it from ${from}` });
    else settle({ ...order, ...target }, waitOf(facts, { ...order, to: target.to }, deps));
  }
  for (const { placement, from } of crowdedReplicas(facts)) {
    if (waiting.length >= MAX_TOLD) break;
    if (kept.has(`${placement.stream} ${from}`)) continue;
    const order = { stream: placement.stream, from, why: 'home' as const };
    const target = chooseTarget(deps.wishOf(placement), { from, replicas: placement.replicas, loads });
    if (target !== null) settle({ ...order, ...target }, waitOf(facts, { ...order, to: target.to }, deps));
  }
  return { begin, drop, waiting };
}

/** Whether a planned move leads nowhere: what it starts from is not so any more, or its node takes nothing now. */
function isMoot(facts: RoundFacts, { stream, from, to }: PlannedMove): boolean {
  const placement = facts.placements.get(stream);
  if (placement === undefined || placement.replicas.includes(to)) return true;
  const runs = placement.replicas.includes(from) || placement.move?.to === from;
  if (!runs || isLost(facts, from)) return true;
  const target = facts.members.get(to)?.state;
  return target !== 'active' || (isLeaving(facts, from) && isLost(facts, to));
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

/** Replicas on nodes that have to be emptied and can still be asked for what they run. */
function* leavingReplicas(facts: RoundFacts): Generator<{ placement: PlacementRecord; from: string }> {
  for (const placement of facts.placements.values()) {
    if (placement.move !== null) continue;
    const from = placement.replicas.find((node) => isLeaving(facts, node) && !isLost(facts, node));
    if (from !== undefined) yield { placement, from };
  }
}

function capacityOf({ members }: RoundFacts, node: string): number | null {
  return members.get(node)?.capacity ?? null;
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
