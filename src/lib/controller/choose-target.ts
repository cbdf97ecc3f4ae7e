import { chooseUnderLimit } from '../ring/bounded-load.ts';
import type { PlaceRegion, PlaceWish } from '../store/placements.ts';

export interface Leaving {
  /** Node that the replica leaves. */
  readonly from: string;
  /** All nodes that have a replica of the stream, `from` too. */
  readonly replicas: readonly string[];
  readonly loads: ReadonlyMap<string, number>;
}

export interface Target {
  readonly to: string;
  readonly capacity: number | null;
}

/**
 * Where a replica that has to leave its node goes: as the store would place it, in the region that it is in, or else in
 * another one without a replica. Null when nobody can take it.
 */
export function chooseTarget(wish: PlaceWish, leaving: Leaving): Target | null {
  const { from, replicas, loads } = leaving;
  const others = replicas.filter((node) => node !== from);
  const hosts = new Set(others.map((node) => wish.hosts[node]));
  const open = wish.regions.filter(({ candidates }) => candidates.length > 0);
  const allowed =
    open.length === 1 ? open : open.filter(({ nodes }) => !nodes.some((node) => others.includes(node)));
  const isOwn = (region: PlaceRegion): number => Number(!region.nodes.includes(from));
  for (const { candidates, totalWeight } of allowed.toSorted((a, b) => isOwn(a) - isOwn(b))) {
    const load = (node: string): number => loads.get(node) ?? 0;
    const total = candidates.reduce((sum, { name }) => sum + load(name), 0);
    const free = candidates
      .filter(({ name, host }) => name !== from && !others.includes(name) && !hosts.has(host))
      .map(({ name, weight, capacity }) => ({
        name,
        weight,
        load: load(name),
        capacity: capacity ?? Number.POSITIVE_INFINITY,
      }));
    const choice = chooseUnderLimit(free, { cost: wish.cost, total, totalWeight, balance: wish.balance });
    if (choice === null) continue;
    const { name: to, capacity } = candidates.find(({ name }) => name === choice.name)!;
    return { to, capacity };
  }
  return null;
}
