/** A spec → the node.json of each node. Pure. */
import type { NodeConfig, Peer } from '../nodes/node-config.ts';
import type { Spec } from '../spec/resolve-spec.ts';

/** Where the files of a node are, and those that it is told of. */
export type NodeConfigPlace = Pick<NodeConfig, 'dirs' | 'files' | 'storeUser'>;

/** Renders what a node's daemons know. */
export function renderNodeConfig(spec: Spec, node: Peer, place: NodeConfigPlace): NodeConfig {
  return {
    version: 1,
    cluster: spec.cluster,
    node,
    ...(spec.ssh === null ? {} : { supervisor: 'systemd' as const }),
    peers: spec.nodes,
    regions: spec.regions,
    defaults: spec.defaults,
    streams: spec.streams,
    ...(spec.moves.length === 0 ? {} : { moves: spec.moves }),
    ...place,
  };
}
