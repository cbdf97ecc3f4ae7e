/**
 * Consistent hashing with bounded load (Mirrokni, Thorup, Zadimoghaddam 2016): walk clockwise from the key and take
 * the first member that is not full. A member is full when it carries, before the new load,
 *
 *   limit = balance × (total + cost) × weight / totalWeight      or more,
 *
 * which for loads of 1 is the paper's `ceil(balance × (m + 1) / n)`. The loads of all members sum to less than the
 * sum of limits, so some member is never full; and a member ends at most one cost above its limit.
 *
 * Pure arithmetic: who the candidates are is for place-stream.ts.
 */

/** How much more than the mean, relative to its weight, a member may carry. The spec's default. */
export const DEFAULT_BALANCE = 1.25;

export interface Candidate {
  readonly name: string;
  readonly weight: number;
  /** What it carries now, in the unit of the cost. */
  readonly load: number;
  /** What it can carry at all; Infinity when nobody said. Unlike the limit, never exceeded. */
  readonly capacity: number;
}

export interface Demand {
  /** What is to be placed: above 0, in any unit that is the same everywhere. */
  readonly cost: number;
  /** What all members of the ring carry, without the cost. */
  readonly total: number;
  /** Of all members of the ring, candidates or not. */
  readonly totalWeight: number;
  /** At least 1; Infinity leaves every key with its owner. */
  readonly balance: number;
}

export interface Choice {
  readonly name: string;
  /** Position in the walk: 0 is the owner. */
  readonly rank: number;
  /** No candidate was below its limit, so the least loaded one was taken. */
  readonly overLimit: boolean;
}

/** Takes back what rounding may add, so that a load of exactly the limit is full: 1.1 × 180 / 3 is above 66. */
const ROUNDING = 1 - 1e-12;

/** The load at which a member of this weight is full. */
export function loadLimit({ cost, total, totalWeight, balance }: Demand, weight: number): number {
  return ((balance * (total + cost) * weight) / totalWeight) * ROUNDING;
}

/**
 * Chooses among candidates in the order of the walk: the first below its limit. When the candidates are only some
 * members of the ring (another host is wanted) all of them can be full; then it is the one that would carry least
 * for its weight, because a stream without its second replica is worse than a busy node. Null when the cost exceeds
 * what is left of every candidate's capacity.
 */
export function chooseUnderLimit(candidates: readonly Candidate[], demand: Demand): Choice | null {
  let least: Choice | null = null;
  let leastLoad = Number.POSITIVE_INFINITY;
  for (const [rank, { name, weight, load, capacity }] of candidates.entries()) {
    if (load + demand.cost > capacity) continue;
    if (load < loadLimit(demand, weight)) return { name, rank, overLimit: false };
    const relative = (load + demand.cost) / weight;
    if (relative >= leastLoad) continue;
    leastLoad = relative;
    least = { name, rank, overLimit: true };
  }
  return least;
}
