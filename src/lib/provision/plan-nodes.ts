/** What each node of a spec should have: files and units. Pure. */

import { clusterLayout, nodeLayout } from '../nodes/layout.ts';
import type { NodeConfig, Peer } from '../nodes/node-config.ts';
import { type NodeConfigPlace, renderNodeConfig } from '../render/node-config.ts';
import { type RenderedFile, renderNodeFiles, type Templates } from '../render/node-files.ts';
import type { Spec } from '../spec/resolve-spec.ts';
import { type PlannedUnit, planUnits } from './plan-units.ts';
import { storeUserOf } from './secrets.ts';

export interface NodePlan {
  readonly node: Peer;
  readonly config: NodeConfig;
  readonly files: readonly RenderedFile[];
  readonly units: readonly PlannedUnit[];
}

export interface NodePlanPlace {
  readonly clusterDir: string;
  readonly nodeBinary: string;
  readonly program: string;
  readonly templates: Templates;
}

function placeNode(node: Peer, { clusterDir, nodeBinary, program }: NodePlanPlace): NodeConfigPlace {
  const { keySecret, redisPasswords } = clusterLayout(clusterDir);
  const storeUser = storeUserOf(node);
  const { dir, data, log, services, www } = nodeLayout(clusterDir, node.name);
  return {
    storeUser,
    dirs: { node: dir, data, log, services, www },
    files: { keySecret, redisPassword: redisPasswords[storeUser], nodeBinary, program },
  };
}

/** Plans every node of a spec. */
export function planNodes(spec: Spec, place: NodePlanPlace): NodePlan[] {
  return spec.nodes.map((node) => {
    const config = renderNodeConfig(spec, node, placeNode(node, place));
    const files = renderNodeFiles(config, place.templates);
    return { node, config, files, units: planUnits(config, files) };
  });
}
