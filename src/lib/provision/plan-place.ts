/** Where the plan of a workflow puts things, and which of its nodes may be started. Pure. */

import type { Spec } from '../spec/resolve-spec.ts';
import type { UpContext } from './context.ts';
import { withoutLeftOut } from './left-out.ts';
import { type NodePlan, type NodePlanPlace, planNodes } from './plan-nodes.ts';

/** The place of a cluster's files on its machines. The program must have been located. */
export function placeOf({ driver, program, templates }: UpContext): NodePlanPlace {
  const { entry, nodeBinary } = program!;
  return { clusterDir: driver.machineDir, nodeBinary, program: entry, templates };
}

/** Plans the nodes of a spec that the workflow works on; the others are known to them all the same. */
export function planPresent(context: UpContext, spec: Spec): NodePlan[] {
  const present = new Set(withoutLeftOut(spec.nodes, context).map(({ name }) => name));
  return planNodes(spec, placeOf(context)).filter(({ node }) => present.has(node.name));
}

/** The nodes whose units the workflow may start or restart. */
export function startable({ nodes, only }: Pick<UpContext, 'nodes' | 'only'>): readonly NodePlan[] {
  return only === null ? nodes : nodes.filter(({ node }) => only.includes(node.name));
}
