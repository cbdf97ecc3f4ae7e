import { ownValue } from '../base/own-value.ts';
import type { Placement } from '../ring/placement-board.ts';
import type { RingNode, RingRecord } from '../store/ring-records.ts';
import type { ChainedMove } from './move-chains.ts';

/**
 * The moves that bring pinned streams to their nodes: of the replica in the node's region, else of the last one that is
 * not pinned; of the one on the node's host, if there is one, since two must not be there.
 */
export function planPins(
  ring: RingRecord,
  placements: readonly Placement[],
  down: ReadonlySet<string>,
): ChainedMove[] {
  const nodes = new Map(ring.nodes.map((node) => [node.name, node]));
  const isOpen = (name: string): boolean => nodes.get(name)?.state === 'active' && !down.has(name);
  return placements.flatMap(({ stream, nodes: replicas }) => {
    const pins = (ownValue(ring.pins, stream) ?? []).filter(isOpen);
    const current = [...replicas];
    return pins
      .filter((to) => !current.includes(to))
      .flatMap((to): ChainedMove[] => {
        const from = chooseReplica(
          current.filter((name) => !pins.includes(name)),
          nodes,
          nodes.get(to)!,
        );
        if (from === null) return [];
        current[current.indexOf(from)] = to;
        return [{ stream, from, to, why: 'pin' }];
      });
  });
}

function chooseReplica(
  free: readonly string[],
  nodes: ReadonlyMap<string, RingNode>,
  { host, region }: RingNode,
): string | null {
  const onHost = free.find((name) => nodes.get(name)?.host === host);
  const inRegion = free.findLast((name) => nodes.get(name)?.region === region);
  return onHost ?? inRegion ?? free.at(-1) ?? null;
}
