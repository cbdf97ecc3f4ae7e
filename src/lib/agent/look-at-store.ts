/**
 * One look at the store: what is placed on this node, and which of the streams that concern it are published.
 *
 * A node of 10,000 streams' cluster must not read 10,000 records each second: keys are read by ingest nodes alone, when
 * something changed or now and then; the ring when its epoch is another; sessions of the streams that run here.
 */
import { loadSessions } from '../store/load-sessions.ts';
import { loadPlaced } from '../store/placements.ts';
import { loadRing, loadRingEpoch } from '../store/ring.ts';
import type { PlacedAs } from '../store/ring-records.ts';
import type { AgentState } from './agent-state.ts';
import { followKeys } from './follow-keys.ts';

export interface StoreLook {
  /** Null when the store has an older ring than the agent: then its placements are older, too, or lost. */
  readonly placed: ReadonlyMap<string, PlacedAs> | null;
  /** Of the streams placed here and of `others`: those that are published now. */
  readonly live: ReadonlySet<string>;
}

/** Looks, and remembers what is worth it. Null when the store is away. */
export async function lookAtStore(state: AgentState, others: Iterable<string>): Promise<StoreLook | null> {
  const { store, config } = state.deps;
  const { roles, name } = config.node;
  try {
    // In this order: placements read from a store that is being emptied are followed by no ring.
    const [placed, epoch] = await Promise.all([loadPlaced(store, name), loadRingEpoch(store)]);
    const hasRing = await followRing(state, epoch);
    if (hasRing) state.known.takePlaced(placed);
    if (roles.includes('ingest')) await followKeys(state);
    const streams = new Set([...placed.keys(), ...state.known.placed.keys(), ...others]);
    const sessions = await loadSessions(store, [...streams]);
    state.store = 'up';
    return { placed: hasRing ? placed : null, live: new Set(sessions.map(({ stream }) => stream)) };
  } catch {
    state.store = 'down';
    return null;
  }
}

/** Takes a newer ring; returns whether the store has the one that the agent goes by. */
async function followRing(state: AgentState, epoch: number): Promise<boolean> {
  const { known } = state;
  if (epoch > 0 && epoch !== known.ring?.epoch) known.takeRing(await loadRing(state.deps.store));
  const knownEpoch = known.ring?.epoch ?? 0;
  state.storeEpoch = epoch;
  return knownEpoch > 0 && epoch >= knownEpoch;
}
