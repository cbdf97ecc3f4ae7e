import type { PlacementRecord } from '../store/ring-records.ts';
import { isLeaving, type RoundFacts } from './round-facts.ts';
import type { RoundMemory } from './round-memory.ts';

/** So many moves that have not begun are looked at. */
const MAX_WAITING = 100;

/**
 * The nodes whose reports a round needs: of streams that move or should, that nobody publishes, or that nobody placed
 * (for those all nodes). The others' heartbeats, which are most of what the store holds, are not read.
 */
export function nodesToHear(
  facts: RoundFacts,
  memory: Pick<RoundMemory, 'silentSinceMs' | 'unplacedSinceMs'>,
): string[] {
  if (memory.unplacedSinceMs.size > 0) return facts.ring.nodes.map(({ name }) => name);
  const nodes = new Set<string>();
  const add = (placement: PlacementRecord | undefined): void => {
    for (const node of placement?.replicas ?? []) nodes.add(node);
    if (placement?.move != null) nodes.add(placement.move.to);
  };
  for (const stream of memory.silentSinceMs.keys()) add(facts.placements.get(stream));
  for (const { stream } of facts.planned.slice(0, MAX_WAITING)) add(facts.placements.get(stream));
  let leaving = 0;
  for (const placement of facts.placements.values()) {
    const mustLeave = leaving < MAX_WAITING && placement.replicas.some((node) => isLeaving(facts, node));
    if (mustLeave) leaving += 1;
    if (mustLeave || placement.move !== null) add(placement);
  }
  return [...nodes];
}
