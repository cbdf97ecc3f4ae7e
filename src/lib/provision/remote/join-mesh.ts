/** Joining the machines by the mesh: facts of all, then a plan for each, then wait until every one hears the others. */
import { StreamctlError } from '../../base/errors.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { MeshRequest, NodeRequest } from '../hands/protocol.ts';
import { withLeaving } from '../leaving-nodes.ts';
import { refuseCollision } from '../mesh/apply-mesh.ts';
import { findCollision } from '../mesh/find-collision.ts';
import { type MeshFacts, type MeshPlan, type MeshSettings, meshInterface, planMesh } from '../mesh/mesh.ts';
import type { NodePlan } from '../plan-nodes.ts';
import type { MachineRoom, RoomCall } from './machine-room.ts';

/** Joins them. Throws ENVIRONMENT when a machine has addresses of the mesh elsewhere, UNREACHABLE for who is not heard. */
export async function joinMesh(room: MachineRoom, call: RoomCall): Promise<void> {
  const { spec, leaving, nodes: plans } = call.context;
  const isAway = (name: string): boolean => call.context.without.includes(name);
  const settings = { cluster: spec.cluster, ...spec.mesh! };
  const interfaceName = meshInterface(settings.cluster, settings.block);
  const facts = await room.ask(call, {
    step: 'make keys of the mesh',
    plans,
    action: 'meshFacts',
    takes: ({ plan, clusterDir, apply }) => ({ clusterDir, apply, node: plan.node.name, interfaceName }),
  });
  const meshes = planMeshes({ settings, plans, order: withLeaving(spec, leaving).nodes }, facts);
  const takes = ({ plan, clusterDir, apply }: NodeRequest): MeshRequest => {
    return { clusterDir, apply, node: plan.node.name, plan: meshes.get(plan.node.name)! };
  };
  const ofPresent = (request: NodeRequest): MeshRequest => {
    const wish = takes(request);
    return { ...wish, plan: { ...wish.plan, peers: wish.plan.peers.filter(({ name }) => !isAway(name)) } };
  };
  await room.ask(call, { step: 'join the mesh', plans, action: 'mesh', takes });
  const hearing = { step: 'hear one another', plans, action: 'meshWait' as const, takes: ofPresent };
  const silent = await room.ask(call, hearing);
  refuseSilence(settings, plans, silent);
}

interface Mesh {
  readonly settings: MeshSettings;
  readonly plans: readonly NodePlan[];
  /** All nodes, those too that are left out: the others keep their way to them. */
  readonly order: readonly Peer[];
}

function planMeshes(
  { settings, plans, order }: Mesh,
  answers: readonly MeshFacts[],
): ReadonlyMap<string, MeshPlan> {
  const facts = new Map(plans.map(({ node }, at) => [node.name, answers[at]!]));
  const present = plans.map(({ node }) => node);
  for (const { name } of order) {
    if (facts.has(name)) continue;
    const publicKey = answers.map(({ known }) => known?.[name]).find((key) => key !== undefined) ?? null;
    facts.set(name, { publicKey, kernel: true, mtu: 0, networks: [] });
  }
  const network = `${settings.block}.0.0/16`;
  for (const { name } of present) {
    const taken = findCollision(facts.get(name)!.networks, network);
    if (taken !== null) throw refuseCollision(name, taken, network);
  }
  return new Map(present.map((node) => [node.name, planMesh(settings, node, { peers: order, facts })]));
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
