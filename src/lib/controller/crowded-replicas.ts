import { ownValue } from '../base/own-value.ts';
import type { PlacementRecord } from '../store/ring-records.ts';
import { isLeaving, isOpen, type RoundFacts } from './round-facts.ts';

/** A region counts as back when one of its nodes has been heard for so long. Shorter: a flapping region moves streams. */
export const BACK_MS = 10_000;

export interface CrowdedReplica {
  readonly placement: PlacementRecord;
  /** The replica that is too many in its region. */
  readonly from: string;
}

/**
 * Replicas that share a region though another one is there: streams were placed so while that one was lost. Until they
 * part, the next loss of a region can end the stream. Pinned ones stay. Pure.
 */
export function* crowdedReplicas(facts: RoundFacts): Generator<CrowdedReplica> {
  const regions = openRegions(facts);
  if (regions.size < 2) return;
  for (const placement of facts.placements.values()) {
    const { stream, replicas, move } = placement;
    if (move !== null || replicas.length < 2) continue;
    const own = replicas.map((node) => facts.members.get(node)?.region);
    if (![...regions].some((region) => !own.includes(region))) continue;
    const pins = ownValue(facts.ring.pins, stream) ?? [];
    const from = replicas.findLast(
      (node, at) => own.indexOf(own[at]) < at && !isLeaving(facts, node) && !pins.includes(node),
    );
    if (from !== undefined) yield { placement, from };
  }
}

function openRegions(facts: RoundFacts): Set<string> {
  const { ring, verdicts, nowMs } = facts;
  const settled = ring.nodes.filter(({ name }) => {
    const sinceMs = verdicts.get(name)?.sinceMs ?? nowMs;
    return isOpen(facts, name) && nowMs - sinceMs >= BACK_MS;
  });
  return new Set(settled.map(({ region }) => region));
}
