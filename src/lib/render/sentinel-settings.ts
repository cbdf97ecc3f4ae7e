/**
 * What is not the same for all Sentinels of a cluster, so that they do not block one another. Pure.
 *
 * A Sentinel that finds the store lost, and hears the same from others, asks for their votes and gives itself its own. With three
 * of which one was lost with the store, two that ask at the same moment get one vote each: nobody is elected, and Sentinel
 * tries again only after twice its failover-timeout (redis sentinel.c, sentinelStartFailoverIfNeeded).
 */
import type { Peer } from '../nodes/node-config.ts';
import { quorumOf, storeNodes } from '../store/store-site.ts';

export interface SentinelSettings {
  /** How many must find the store lost before this one asks for votes. Whoever is elected needs more than half of all, whatever this is. */
  readonly quorum: number;
  readonly failoverTimeoutMs: number;
  /** Silence after which it finds a store lost. */
  readonly downAfterMs: number;
}

/** Shorter: a slow network costs a change of the store. Longer: nothing can be changed for longer. */
const DOWN_AFTER_MS = 2000;
/**
 * Of one that only votes. It is asked what it finds once a second; so that it has found it when it is asked first, it finds it
 * sooner. By itself that changes nothing.
 */
const VOTER_DOWN_AFTER_MS = 1000;

/**
 * Lower: a store that answers slowly is given up while it takes over; it is seen to have done so after a second. Higher: a split vote
 * costs more.
 */
const LEAST_FAILOVER_TIMEOUT_MS = 1500;
/** Twice this is as much as a Sentinel adds at random (SENTINEL_MAX_DESYNC): so the second tries of two do not meet again. */
const STEP_MS = 500;

/**
 * As many as must be left ask for votes, the first of the spec; the others only vote, unless none is lost. Each tries again later than
 * the one before it.
 */
export function sentinelSettings(node: Peer, peers: readonly Peer[]): SentinelSettings {
  const stores = storeNodes(peers);
  const position = Math.max(
    0,
    stores.findIndex(({ name }) => name === node.name),
  );
  const asking = quorumOf(peers);
  const asks = position < asking;
  return {
    quorum: asks ? asking : stores.length,
    failoverTimeoutMs: LEAST_FAILOVER_TIMEOUT_MS + position * STEP_MS,
    downAfterMs: asks ? DOWN_AFTER_MS : VOTER_DOWN_AFTER_MS,
  };
}
