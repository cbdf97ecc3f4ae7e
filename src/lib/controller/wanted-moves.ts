/** Which replicas should move, planned or not, in the order in which they are looked at. Pure. */
import type { MoveReason, PlacementRecord, PlannedMove } from '../store/ring-records.ts';
import { crowdedReplicas } from './crowded-replicas.ts';
import type { RetryPauses } from './retry-pauses.ts';
import { isLeaving, isLost, isOpen, type RoundFacts } from './round-facts.ts';

export interface WantedMove {
  readonly placement: PlacementRecord;
  readonly from: string;
  /** Null: not planned, to be chosen when it begins. */
  readonly to: string | null;
  readonly why: MoveReason;
}

export interface WantedMoves {
  /** Those that can begin soonest first. */
  readonly wanted: readonly WantedMove[];
  /** How many there are in all. */
  readonly total: number;
  /** Planned moves that make no sense any more. */
  readonly drop: readonly PlannedMove[];
}

/**
 * So many are looked at in a round, and told of: what their nodes say has to be read. Those that cannot begin now come
 * last, so that they keep no other from moving: the move just failed, the stream is not published, its node is not heard.
 */
const MAX_WANTED = 100;
/**
 * And so many from or to one node before others get past. Lower: some that wait, for a picture or for another node, keep that
 * node from its two at a time. Higher: few nodes fill the list, and what should move elsewhere waits until they are done.
 */
const MAX_WANTED_A_NODE = 20;

/** Lists planned moves in their order, then replicas on nodes that have to be emptied, then those that share a region. */
export function listWantedMoves(facts: RoundFacts, pauses: RetryPauses): WantedMoves {
  const drop = facts.planned.filter((move) => isMoot(facts, move));
  const planned = facts.planned.filter((move) => !drop.includes(move));
  const isPlanned = new Set(planned.map(({ stream, from }) => `${stream} ${from}`));
  const all: WantedMove[] = planned.map(({ stream, from, to, why }) => {
    return { placement: facts.placements.get(stream)!, from, to, why };
  });
  for (const displaced of [leavingReplicas(facts), crowdedReplicas(facts)]) {
    for (const one of displaced) {
      if (isPlanned.has(`${one.placement.stream} ${one.from}`)) continue;
      all.push({ ...one, to: null, why: isLeaving(facts, one.from) ? 'evacuate' : 'home' });
    }
  }
  const ranks = Map.groupBy(all, (move) => rankOf(facts, pauses, move));
  const wanted = [0, 1, 2, 3].flatMap((rank) => letPass(ranks.get(rank) ?? []));
  return { wanted: wanted.slice(0, MAX_WANTED), total: all.length, drop };
}

function rankOf(facts: RoundFacts, pauses: RetryPauses, { placement: { stream }, to }: WantedMove): number {
  if (to !== null && !isOpen(facts, to)) return 3;
  if (!facts.sessions.has(stream)) return 2;
  return (pauses.of(stream)?.untilMs ?? 0) > facts.nowMs ? 1 : 0;
}

/** The same in their order, but what one node has too many of behind all others. */
function letPass(moves: readonly WantedMove[]): WantedMove[] {
  const counts = new Map<string, number>();
  const first: WantedMove[] = [];
  const rest: WantedMove[] = [];
  for (const move of moves) {
    const nodes = move.to === null ? [move.from] : [move.from, move.to];
    const isMany = nodes.some((node) => (counts.get(node) ?? 0) >= MAX_WANTED_A_NODE);
    (isMany ? rest : first).push(move);
    if (isMany) continue;
    for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return [...first, ...rest];
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

/** Replicas on nodes that have to be emptied and can still be asked for what they run. */
function* leavingReplicas(facts: RoundFacts): Generator<{ placement: PlacementRecord; from: string }> {
  const leaving = namesLeaving(facts);
  if (leaving.size === 0) return;
  for (const placement of facts.placements.values()) {
    if (placement.move !== null) continue;
    const from = placement.replicas.find((node) => leaving.has(node));
    if (from !== undefined) yield { placement, from };
  }
}

/** Most rounds there is none, and the placements need not be looked at. */
function namesLeaving(facts: RoundFacts): Set<string> {
  const names = [...facts.verdicts.keys()];
  return new Set(names.filter((node) => isLeaving(facts, node) && !isLost(facts, node)));
}
