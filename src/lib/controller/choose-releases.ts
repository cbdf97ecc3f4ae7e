/** Which placements are over: nobody publishes the stream, and its pipelines have nothing more to show. Pure. */
import type { PlacementRecord } from '../store/ring-records.ts';
import { isLost, isUp, type RoundFacts } from './round-facts.ts';

export interface ReleaseMemory {
  /** When each placed stream was first seen without a publisher. */
  readonly silentSinceMs: ReadonlyMap<string, number>;
  /** Streams that are there to be published; null when that could not be read. */
  readonly known: ReadonlySet<string> | null;
  readonly slateMaxSec: (stream: string) => number;
}

export interface Release {
  readonly stream: string;
  readonly why: 'ended' | 'slate-over' | 'removed';
}

/** A session may be away for as long as it takes to open the next one. */
const SETTLE_MS = 2000;
/** A pipeline that nobody reports may be one whose origin is being restarted. */
const ABSENT_MS = 6000;
/** A pipeline ends by itself when its slate is over. */
const SLATE_GRACE_MS = 10_000;

/** Chooses what to release; nothing before the controller has heard of all nodes. */
export function chooseReleases(facts: RoundFacts, memory: ReleaseMemory): readonly Release[] {
  if (!facts.isSettled) return [];
  const found: Release[] = [];
  for (const [stream, sinceMs] of memory.silentSinceMs) {
    const placement = facts.placements.get(stream);
    if (placement === undefined || facts.sessions.has(stream)) continue;
    const silentMs = facts.nowMs - sinceMs;
    const why = silentMs < SETTLE_MS ? null : judge(facts, { placement, silentMs, memory });
    if (why !== null) found.push({ stream, why });
  }
  return found;
}

interface Silence {
  readonly placement: PlacementRecord;
  readonly silentMs: number;
  readonly memory: ReleaseMemory;
}

function judge(facts: RoundFacts, { placement, silentMs, memory }: Silence): Release['why'] | null {
  const { stream, replicas, move } = placement;
  if (memory.known?.has(stream) === false) return 'removed';
  const nodes = move === null ? replicas : [...replicas, move.to];
  if (nodes.every((node) => hasEnded(facts, node, { stream, silentMs }))) return 'ended';
  return silentMs > memory.slateMaxSec(stream) * 1000 + SLATE_GRACE_MS ? 'slate-over' : null;
}

function hasEnded(
  facts: RoundFacts,
  node: string,
  { stream, silentMs }: { readonly stream: string; readonly silentMs: number },
): boolean {
  if (isLost(facts, node)) return true;
  if (!isUp(facts, node)) return false;
  const report = facts.reported(node, stream);
  if (report === null) return silentMs >= ABSENT_MS;
  return report.state === 'ended' || report.state === 'failed';
}
