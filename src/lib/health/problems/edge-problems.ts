import type { Problem } from '../cluster-status.ts';
import { compareEdges } from '../compare-edges.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** Edges that do not serve a stream as the others do: players cannot go there without noticing. */
export function findUnequalEdges({ streams, answers }: ClusterFacts): Problem[] {
  return streams
    .filter(({ state }) => state === 'live')
    .flatMap(({ name }) =>
      compareEdges(name, answers).map(({ node, text }) => ({
        harm: 'redundancy' as const,
        subject: node,
        text: `${name}: ${text}`,
        effect: 'players that come here from another edge may have to begin anew',
        hint: `streamctl logs ${node}`,
        sinceMs: null,
      })),
    );
}
