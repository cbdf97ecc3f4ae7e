/** How much a drill may break: never the last healthy region, never more nodes than was agreed. Pure. */

import { StreamctlError } from '../../base/errors.ts';
import type { ClusterSight, NodeSight } from '../cluster-sight.ts';
import type { DrillLimits } from '../drill-plan.ts';
import type { Fault, FaultSettings } from '../faults/fault.ts';
import { isServing } from './serving.ts';

/** Nodes that several faults together take: `lost` serve nobody, `silenced` run on and have no new media. */
export interface Blast {
  readonly lost: readonly string[];
  readonly silenced: readonly string[];
}

/** What some faults take together; a transcoder that is lost leaves its pipeline, which shows the slate. */
export function sumBlast(faults: readonly { settings: FaultSettings; fault: Fault }[]): Blast {
  return {
    lost: faults.flatMap(({ fault }) => fault.lostNodes),
    silenced: faults.flatMap(({ settings, fault }) => (silences(settings) ? fault.mediaNodes : [])),
  };
}

function silences(settings: FaultSettings): boolean {
  if (settings.kind === 'origin-fault') return settings.mode.kind === 'stale';
  return settings.kind === 'freeze-packager' || settings.kind === 'stop-units';
}

/**
 * Throws CONFLICT when this at a time would be too much: more nodes lost than the limit (null: than the largest region has), no
 * region left with an edge that is up, or no replica of the stream left with media where there is one now.
 */
export function checkBlastRadius(
  blast: Blast,
  sight: ClusterSight,
  { nodes: limit }: Pick<DrillLimits, 'nodes'>,
): void {
  const lost = new Set(blast.lost);
  const mute = new Set([...blast.lost, ...blast.silenced]);
  if (mute.size === 0) return;
  const most = limit ?? largestRegion(sight.nodes);
  if (lost.size > most) throw refuse(`${lost.size} nodes at a time; at most ${most} may be lost`);
  const left = sight.nodes.filter(({ name, health }) => !lost.has(name) && health === 'up');
  if (!left.some(({ roles }) => roles.includes('edge'))) {
    throw refuse('no healthy edge would be left: it is the last healthy region');
  }
  const serving = sight.replicas.filter(isServing);
  if (serving.length > 0 && serving.every(({ node }) => mute.has(node))) {
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
