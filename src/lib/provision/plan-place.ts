/** Where the plan of a workflow puts things, and which of its nodes may be started. Pure. */
import type { UpContext } from './context.ts';
import type { NodePlan, NodePlanPlace } from './plan-nodes.ts';

/** The place of a cluster's files on its machines. The program must have been located. */
export function placeOf({ driver, program, templates }: UpContext): NodePlanPlace {
  const { entry, nodeBinary } = program!;
  return { clusterDir: driver.machineDir, nodeBinary, program: entry, templates };
}

/** The nodes whose units the workflow may start or restart. */
export function startable({ nodes, only }: Pick<UpContext, 'nodes' | 'only'>): readonly NodePlan[] {
  return only === null ? nodes : nodes.filter(({ node }) => only.includes(node.name));
}
