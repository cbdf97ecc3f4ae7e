/**
 * Which streams need replicas now: published ones that nobody placed, and those that lost a node or never got as many
 * as they should have. Pure.
 */
import type { PlacementRecord } from '../store/ring-records.ts';
import { isLost, type RoundFacts } from './round-facts.ts';

export interface Repair {
  readonly stream: string;
  readonly why: 'unplaced' | 'lost' | 'short';
  /** Nodes on which its replica is lost. */
  readonly gone: readonly string[];
}

/** What is remembered from round to round. */
export interface RepairMemory {
  /** When a stream was first seen published and not placed. */
  readonly unplacedSinceMs: ReadonlyMap<string, number>;
  /** When replicas were last looked for, and in what state of the cluster (`fingerprint`). */
  readonly tried: ReadonlyMap<string, { readonly atMs: number; readonly fingerprint: string }>;
  /** Changes whenever a refusal might not be one any more: members, verdicts, loads. */
  readonly fingerprint: string;
}

/** The ingest node's agent places what it admits; after so long it has not. */
export const UNPLACED_MS = 1000;
/** Refused streams are tried again when something changed, but not more often than this. */
const RETRY_MS = 1000;
/** And this often when nothing seems to have changed. */
const RETRY_ANYWAY_MS = 10_000;
/** What one round does at most: at 1 ms each, less than the time to the next one. */
const MAX_LOST = 400;
const MAX_SHORT = 50;

/** Chooses what to repair in this round, the most urgent first. */
export function chooseRepairs(facts: RoundFacts, memory: RepairMemory): readonly Repair[] {
  const lost: Repair[] = [];
  const short: Repair[] = [];
  for (const placement of facts.placements.values()) {
    const { stream, replicas } = placement;
    const gone = lostReplicas(facts, placement);
    if (gone.length > 0) lost.push({ stream, why: 'lost', gone });
    else if (replicas.length < facts.ring.replicas && isDue(stream, facts.nowMs, memory)) {
      short.push({ stream, why: 'short', gone: [] });
    }
  }
  const byAge = (a: Repair, b: Repair): number => triedMs(a, memory) - triedMs(b, memory);
  return [
    ...chooseUnplaced(facts, memory),
    ...lost.sort((a, b) => leftOf(a, facts) - leftOf(b, facts)),
    ...short.sort(byAge).slice(0, MAX_SHORT),
  ].slice(0, MAX_LOST);
}

/**
 * Streams that are published and placed nowhere. Before the controller has heard of all nodes it takes only those that
 * run everywhere they should: the others may run on a node that was not heard yet.
 */
function chooseUnplaced(facts: RoundFacts, memory: RepairMemory): Repair[] {
  return [...facts.sessions.keys()]
    .filter((stream) => !facts.placements.has(stream))
    .filter((stream) => facts.nowMs - (memory.unplacedSinceMs.get(stream) ?? facts.nowMs) >= UNPLACED_MS)
    .filter((stream) => facts.isSettled || runningNodes(facts, stream).length >= facts.ring.replicas)
    .filter((stream) => isDue(stream, facts.nowMs, memory))
    .map((stream) => ({ stream, why: 'unplaced', gone: [] }));
}

/** Nodes of the ring on which a stream's pipeline runs already. */
export function runningNodes(facts: RoundFacts, stream: string): string[] {
  return facts.ring.nodes
    .map(({ name }) => name)
    .filter((name) => {
      const state = facts.reported(name, stream)?.state;
      return state === 'live' || state === 'slate' || state === 'starting';
    });
}

/** The nodes to replace; the `to` of a move alone is no replica yet, and given up with its move. */
function lostReplicas(facts: RoundFacts, { replicas, move }: PlacementRecord): string[] {
  const gone = replicas.filter((node) => isLost(facts, node));
  return gone.length > 0 && move !== null && isLost(facts, move.to) ? [...gone, move.to] : gone;
}

/** How many replicas are left: who has none comes first. */
function leftOf({ stream, gone }: Repair, { placements }: RoundFacts): number {
  return (placements.get(stream)?.replicas ?? []).filter((node) => !gone.includes(node)).length;
}

function triedMs({ stream }: Repair, { tried }: RepairMemory): number {
  return tried.get(stream)?.atMs ?? 0;
}

function isDue(stream: string, nowMs: number, { tried, fingerprint }: RepairMemory): boolean {
  const last = tried.get(stream);
  if (last === undefined) return true;
  return nowMs - last.atMs >= (last.fingerprint === fingerprint ? RETRY_ANYWAY_MS : RETRY_MS);
}
