/** Where each stream belongs, as far as this node can tell: from the store, or without it. */
import { ownersWithoutStore } from '../placement/owners-without-store.ts';
import { loadHeartbeats } from '../store/heartbeats.ts';
import { loadPlacementsOf } from '../store/placements.ts';
import type { PlacementRecord } from '../store/ring-records.ts';
import type { AgentState } from './agent-state.ts';
import { assumeRing } from './assume-ring.ts';
import { loadAuditTrail } from './audit-trail.ts';
import { mustStop } from './judge-doubt.ts';
import type { LiveStream } from './live-streams.ts';
import type { Seat } from './plan-pipelines.ts';

/** Nothing is known of a stream that the store does not place here, unless a unit of it runs here: that is looked into. */
export async function judgeByStore(
  state: AgentState,
  live: ReadonlySet<string>,
  units: Iterable<string>,
): Promise<(stream: string) => Seat> {
  const { placed } = state.known;
  const doubtful = [...units].filter((stream) => !placed.has(stream));
  const stopped = new Set(doubtful.length === 0 ? [] : await findStopped(state, live, doubtful));
  return (stream) => (placed.has(stream) ? 'here' : stopped.has(stream) ? 'not-here' : 'unsure');
}

/** Without the store: what was placed here stays here, and what nobody could place goes to the owners. */
export function judgeWithoutStore(state: AgentState, live: readonly LiveStream[]): (stream: string) => Seat {
  const { config } = state.deps;
  const ring = state.known.ring ?? assumeRing(config);
  const owned = live
    .filter(({ placed }) => !placed)
    .filter(({ stream, region }) => ownersWithoutStore(ring, stream, region).includes(config.node.name))
    .map(({ stream }) => stream);
  const here = new Set([...state.known.placed.keys(), ...owned]);
  return (stream) => (here.has(stream) ? 'here' : 'unsure');
}

async function findStopped(
  state: AgentState,
  live: ReadonlySet<string>,
  doubtful: readonly string[],
): Promise<readonly string[]> {
  const { store, clock, config } = state.deps;
  const placements = await loadPlacementsOf(store, doubtful);
  const isUnplaced = (stream: string): boolean => (placements.get(stream)?.replicas.length ?? 0) === 0;
  const unplaced = doubtful.filter(isUnplaced);
  noteUnplaced(state, unplaced);
  const removed = unplaced.length === 0 ? null : (await loadAuditTrail(store)).removedStreams;
  const others = await loadOthers(state, [...placements.values()]);
  const nowMs = clock.nowMs();
  return doubtful.filter((stream) =>
    mustStop(config.node.name, {
      placement: placements.get(stream) ?? null,
      isLive: live.has(stream),
      isRemoved: isUnplaced(stream) && removed?.has(stream) === true,
      unplacedMs: nowMs - (state.unplacedSinceMs.get(stream) ?? nowMs),
      own: state.replicas.find((report) => report.stream === stream) ?? null,
      others: others.filter((report) => report.stream === stream),
    }),
  );
}

/** Starts the count for streams that are nowhere; forgets it for those that are somewhere. */
function noteUnplaced({ unplacedSinceMs, deps }: AgentState, unplaced: readonly string[]): void {
  for (const stream of unplacedSinceMs.keys()) if (!unplaced.includes(stream)) unplacedSinceMs.delete(stream);
  for (const stream of unplaced) {
    if (!unplacedSinceMs.has(stream)) unplacedSinceMs.set(stream, deps.clock.nowMs());
  }
}

/** What the other nodes of these placements report. */
async function loadOthers({ deps }: AgentState, placements: readonly PlacementRecord[]) {
  const nodes = placements.flatMap(({ replicas, move }) => [
    ...replicas,
    ...(move === null ? [] : [move.to]),
  ]);
  const heartbeats = await loadHeartbeats(deps.store, [...new Set(nodes)]);
  return heartbeats.filter(({ node }) => node !== deps.config.node.name).flatMap(({ replicas }) => replicas);
}
