/** Joining the machines by the mesh: facts of all, then a plan for each, then wait until every one hears the others. */
import { StreamctlError } from '../../base/errors.ts';
import type { MeshRequest, NodeRequest } from '../hands/protocol.ts';
import { refuseCollision } from '../mesh/apply-mesh.ts';
import { findCollision } from '../mesh/find-collision.ts';
import { type MeshFacts, type MeshPlan, type MeshSettings, meshInterface, planMesh } from '../mesh/mesh.ts';
import type { NodePlan } from '../plan-nodes.ts';
import type { MachineRoom, RoomCall } from './machine-room.ts';

/** Joins them. Throws ENVIRONMENT when a machine has addresses of the mesh elsewhere, UNREACHABLE for who is not heard. */
export async function joinMesh(room: MachineRoom, call: RoomCall): Promise<void> {
  const { spec, nodes: plans } = call.context;
  const settings = { cluster: spec.cluster, ...spec.mesh! };
  const interfaceName = meshInterface(settings.cluster, settings.block);
  const facts = await room.ask(call, {
    step: 'make keys of the mesh',
    plans,
    action: 'meshFacts',
    takes: ({ plan, clusterDir, apply }) => ({ clusterDir, apply, node: plan.node.name, interfaceName }),
  });
  const meshes = planMeshes(settings, plans, facts);
  const takes = ({ plan, clusterDir, apply }: NodeRequest): MeshRequest => {
    return { clusterDir, apply, node: plan.node.name, plan: meshes.get(plan.node.name)! };
  };
  await room.ask(call, { step: 'join the mesh', plans, action: 'mesh', takes });
  const silent = await room.ask(call, { step: 'hear one another', plans, action: 'meshWait', takes });
  refuseSilence(settings, plans, silent);
}

function planMeshes(
  settings: MeshSettings,
  plans: readonly NodePlan[],
  answers: readonly MeshFacts[],
): ReadonlyMap<string, MeshPlan> {
  const facts = new Map(plans.map(({ node }, at) => [node.name, answers[at]!]));
  const peers = plans.map(({ node }) => node);
  const network = `${settings.block}.0.0/16`;
  for (const { name } of peers) {
    const taken = findCollision(facts.get(name)!.networks, network);
    if (taken !== null) throw refuseCollision(name, taken, network);
  }
  return new Map(peers.map((node) => [node.name, planMesh(settings, node, { peers, facts })]));
}

/** `silent` are the peers that each node misses. */
function refuseSilence(
  { port }: Pick<MeshSettings, 'port'>,
  plans: readonly NodePlan[],
  silent: readonly (readonly string[])[],
): void {
  const missing = plans.flatMap(({ node }, at) =>
    silent[at]!.length === 0 ? [] : [[node.name, silent[at]!] as const],
  );
  const [first] = missing;
  if (first === undefined) return;
  const facts = Object.fromEntries(
    missing.map(([node, others]) => [node, `hears nothing from ${others.join(', ')}`]),
  );
  throw new StreamctlError(
    'UNREACHABLE',
    `${first[0]}: join the mesh: no answer from ${first[1].join(', ')}`,
    {
      hint: `Let UDP port ${port} through between the machines, then run this again: it goes on.`,
      details: { node: first[0], step: 'join the mesh', facts },
    },
  );
}
