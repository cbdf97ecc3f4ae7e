/** How much a drill may break: never the last healthy region, never more nodes than was agreed. Pure. */

import { StreamctlError } from '../../base/errors.ts';
import type { ClusterSight, NodeSight } from '../cluster-sight.ts';
import type { DrillLimits } from '../drill-plan.ts';
import { isServing } from './serving.ts';

/**
 * Throws CONFLICT when the loss of these nodes at a time would be too much: more nodes than the limit (null: than the
 * largest region has), no region left with an edge that is up, or no replica of the stream left where there is one now.
 */
export function checkBlastRadius(
  lostNodes: readonly string[],
  sight: ClusterSight,
  { nodes: limit }: Pick<DrillLimits, 'nodes'>,
): void {
  const lost = new Set(lostNodes);
  if (lost.size === 0) return;
  const most = limit ?? largestRegion(sight.nodes);
  if (lost.size > most) throw refuse(`${lost.size} nodes at a time; at most ${most} may be lost`);
  const left = sight.nodes.filter(({ name, health }) => !lost.has(name) && health === 'up');
  if (!left.some(({ roles }) => roles.includes('edge'))) {
    throw refuse('no healthy edge would be left: it is the last healthy region');
  }
  const serving = sight.replicas.filter(isServing);
  if (serving.length > 0 && serving.every(({ node }) => lost.has(node))) {
    throw refuse('the last replica of the stream that is up would be lost');
  }
}

function largestRegion(nodes: readonly NodeSight[]): number {
  const counts = new Map<string, number>();
  for (const { region } of nodes) counts.set(region, (counts.get(region) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

function refuse(why: string): StreamctlError {
  return new StreamctlError('CONFLICT', `this drill would break too much: ${why}`, {
    hint: 'Choose another target, or bring the rest up first: streamctl status.',
  });
}
