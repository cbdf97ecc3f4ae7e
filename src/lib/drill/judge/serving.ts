/** Which replicas count: those that can take over, also with a shorter ladder. Pure. */
import type { ReplicaSight } from '../cluster-sight.ts';

/**
 * Tells whether viewers can be served from a replica: it is up, or all that is wrong with it is that it left renditions out to
 * keep up with real time. That is what a machine too small for its ladder looks like for as long as it runs.
 */
export function isServing({ health, reasons, shed }: ReplicaSight): boolean {
  return health === 'up' || (health === 'degraded' && shed.length > 0 && reasons.length === 1);
}

/** Says which replicas make other renditions than the first, in words; empty when one is worth as much as another. */
export function findUneven(replicas: readonly ReplicaSight[]): string[] {
  const [first, ...others] = replicas;
  if (first === undefined) return [];
  return others
    .filter((other) => wordShed(other) !== wordShed(first))
    .map((other) => `${other.node} makes ${wordShed(other)}, ${first.node} ${wordShed(first)}, to keep up`);
}

/** `all renditions`, `all renditions but 720p`. */
function wordShed({ shed }: ReplicaSight): string {
  return shed.length === 0 ? 'all renditions' : `all renditions but ${shed.toSorted().join(', ')}`;
}
