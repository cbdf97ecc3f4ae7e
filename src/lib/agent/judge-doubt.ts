/**
 * What becomes of a pipeline that runs here although the store has not placed it here. Pure.
 *
 * The rule (ARCHITECTURE.md, "When an agent stops a pipeline"): only what is known to be elsewhere, removed or over is
 * stopped, and nothing that viewers may depend on before another node's heartbeat shows the same stream in time. That
 * the store does not know a stream proves nothing: it may have lost it.
 */
import type { ReplicaReport } from '../health/report.ts';
import type { PlacementRecord } from '../store/ring-records.ts';

export interface Doubt {
  /** Where the store has the stream; null: nowhere. */
  readonly placement: PlacementRecord | null;
  /** Whether somebody publishes it. */
  readonly isLive: boolean;
  /** Whether the audit trail's last word is that the stream was removed. */
  readonly isRemoved: boolean;
  /** How long it has been nowhere in a store that has the agent's ring, milliseconds. */
  readonly unplacedMs: number;
  /** What this node's own pipeline makes; null when that is not known. */
  readonly own: ReplicaReport | null;
  /** What the nodes of the placement say of the stream in their heartbeats. */
  readonly others: readonly ReplicaReport[];
}

/** A controller that puts back lost placements needs a lease (2 s) and a round or two. */
export const UNPLACED_MS = 10_000;

/** Decides whether this node's pipeline is to be stopped; `false` means: leave it as it is. */
export function mustStop(node: string, doubt: Doubt): boolean {
  const { placement, isLive, isRemoved, unplacedMs, own, others } = doubt;
  if (isRemoved) return true;
  if (placement === null || placement.replicas.length === 0) return !isLive && unplacedMs >= UNPLACED_MS;
  // Placed here a moment ago, after what is placed here was read.
  if (placement.replicas.includes(node) || placement.move?.to === node) return false;
  const mayPlay = own === null || plays(own);
  return !mayPlay || others.some(plays);
}

function plays(report: ReplicaReport | null): boolean {
  if (report === null || !report.fresh) return false;
  return report.state === 'live' || report.state === 'slate';
}
