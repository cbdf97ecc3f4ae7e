import type { Peer } from '../nodes/node-config.ts';

/**
 * Returns nodes in the order in which they are upgraded: region by region, as the spec lists them, so that two replicas of
 * a stream, which are in two regions where there are two, are never changed one right after the other. Pure.
 */
export function orderNodes(peers: readonly Peer[]): Peer[] {
  const regions = [...new Set(peers.map(({ region }) => region))];
  return regions.flatMap((region) => peers.filter((peer) => peer.region === region));
}
