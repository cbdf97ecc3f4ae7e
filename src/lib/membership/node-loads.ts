/** What nodes carry, from placements alone. Pure. */
import type { Placement, PlacementNode } from '../ring/placement-board.ts';
import type { RingRecord } from '../store/ring-records.ts';

export interface NodeLoad {
  readonly node: string;
  readonly region: string;
  /** Encoder cost in thousandths. */
  readonly before: number;
  readonly after: number;
}

/** The load of every node of two rings, by name. */
export function compareLoads(
  rings: readonly RingRecord[],
  now: readonly Placement[],
  after: readonly Placement[],
): NodeLoad[] {
  const [before, later] = [sumLoads(now), sumLoads(after)];
  const regions = new Map(rings.flatMap(({ nodes }) => nodes.map(({ name, region }) => [name, region])));
  return [...regions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, region]) => ({ node, region, before: before.get(node) ?? 0, after: later.get(node) ?? 0 }));
}

/**
 * Greatest load of a node over the mean of its region, both relative to weight; 1 when nothing is placed. The same as
 * maxOverMean of a board, without making its rings.
 */
export function unevenness(nodes: readonly PlacementNode[], placements: readonly Placement[]): number {
  const loads = sumLoads(placements);
  let max = 0;
  for (const members of Map.groupBy(nodes, ({ region }) => region).values()) {
    const total = members.reduce((sum, { name }) => sum + (loads.get(name) ?? 0), 0);
    const weight = members.reduce((sum, member) => sum + member.weight, 0);
    for (const member of members) {
      if (total > 0) max = Math.max(max, (loads.get(member.name) ?? 0) / member.weight / (total / weight));
    }
  }
  return max === 0 ? 1 : max;
}

function sumLoads(placements: readonly Placement[]): Map<string, number> {
  const loads = new Map<string, number>();
  for (const { cost, nodes } of placements) {
    for (const node of nodes) loads.set(node, (loads.get(node) ?? 0) + cost);
  }
  return loads;
}
