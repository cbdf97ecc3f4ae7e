import { StreamctlError } from '../../base/errors.ts';
import { findNearest } from '../../base/nearest.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import type { Peer } from '../../nodes/node-config.ts';

/** The peers of these names, in their order. Throws NOT_FOUND for a name that the cluster does not have. */
export function peersOf(view: ClusterView, nodes: readonly string[]): Peer[] {
  return nodes.map((name) => {
    const peer = view.peers.find((one) => one.name === name);
    if (peer !== undefined) return peer;
    const known = view.peers.map((one) => one.name);
    const nearest = findNearest(name, known);
    throw new StreamctlError('NOT_FOUND', `cluster ${view.name} has no node "${name}"`, {
      hint: nearest === null ? `Known are ${known.join(', ')}.` : `Did you mean ${nearest}?`,
    });
  });
}
