import type { PlacementRecord } from '../store/ring-records.ts';
import type { RoundFacts } from './round-facts.ts';
import type { RoundMemory } from './round-memory.ts';
import type { WantedMove } from './wanted-moves.ts';

/**
 * The nodes whose reports a round needs: of streams that move or should, that nobody publishes, or that nobody placed
 * (for those all nodes). The others' heartbeats, which are most of what the store holds, are not read.
 */
export function nodesToHear(
  facts: RoundFacts,
  wanted: readonly WantedMove[],
  memory: Pick<RoundMemory, 'silentSinceMs' | 'unplacedSinceMs'>,
): string[] {
  if (memory.unplacedSinceMs.size > 0) return facts.ring.nodes.map(({ name }) => name);
  const nodes = new Set<string>();
  const add = (placement: PlacementRecord | undefined): void => {
    for (const node of placement?.replicas ?? []) nodes.add(node);
    if (placement?.move != null) nodes.add(placement.move.to);
  };
  for (const stream of memory.silentSinceMs.keys()) add(facts.placements.get(stream));
  for (const { placement } of wanted) add(placement);
  for (const placement of facts.placements.values()) if (placement.move !== null) add(placement);
  return [...nodes];
}
