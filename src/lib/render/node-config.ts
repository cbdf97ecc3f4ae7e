/** A spec → the node.json of each node. Pure. */

import { clusterLayout, nodeLayout } from '../nodes/layout.ts';
import type { NodeConfig, Peer } from '../nodes/node-config.ts';
import type { Spec } from '../spec/resolve-spec.ts';

export interface NodeConfigPlace {
  readonly clusterDir: string;
  readonly nodeBinary: string;
  /** Entry of the program bundle. */
  readonly program: string;
}

/** Renders what a node's daemons know. */
export function renderNodeConfig(spec: Spec, node: Peer, place: NodeConfigPlace): NodeConfig {
  const { keySecret, redisPassword } = clusterLayout(place.clusterDir);
  const { dir, data, log, services, www } = nodeLayout(place.clusterDir, node.name);
  return {
    version: 1,
    cluster: spec.cluster,
    node,
    peers: spec.nodes,
    regions: spec.regions,
    defaults: spec.defaults,
    streams: spec.streams,
    dirs: { node: dir, data, log, services, www },
    files: { keySecret, redisPassword, nodeBinary: place.nodeBinary, program: place.program },
  };
}
