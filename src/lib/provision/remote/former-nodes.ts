/** Machines that were nodes of a cluster and that the spec no longer has: what is still there is to be removed, and nothing else. */
import { StreamctlError } from '../../base/errors.ts';
import { type ClusterRecord, loadClusterRecord } from '../../nodes/cluster-view.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { UpContext } from '../context.ts';
import type { MachineFacts } from './facts-script.ts';

/** Finds them by the cluster's record. */
export async function findFormer({ spec, layout }: Pick<UpContext, 'spec' | 'layout'>): Promise<Peer[]> {
  const record = await loadClusterRecord(layout.dir).catch(() => null);
  return record === null ? [] : listFormer(spec.nodes, record);
}

/** Lists them. Pure. */
export function listFormer(
  nodes: readonly Peer[],
  { peers, former = [] }: Pick<ClusterRecord, 'peers' | 'former'>,
): Peer[] {
  const known = new Set(nodes.map(({ name }) => name));
  return [...peers, ...former].filter(({ name }) => !known.has(name));
}

/** Throws CONFLICT when a node has the host of a former one: that machine is emptied, whatever was started there. Pure. */
export function refuseFormerHost(nodes: readonly Peer[], former: readonly Peer[]): void {
  for (const { name, host } of nodes) {
    const owner = former.find((peer) => peer.host !== undefined && peer.host === host);
    if (owner !== undefined) throw inherits(name, owner);
  }
}

/** What machines said of themselves, by node. */
type MachineNodes = ReadonlyMap<string, Pick<MachineFacts, 'nodes'>>;

/** The same by what the machines said, as one may be reached by two hosts. Pure. */
export function refuseFormerMachine(
  nodes: readonly Peer[],
  { former, machines }: { readonly former: readonly Peer[]; readonly machines: MachineNodes },
): void {
  const has = (machine: string, name: string): boolean =>
    machines.get(machine)?.nodes.includes(name) === true;
  for (const owner of former.filter(({ name }) => has(name, name))) {
    const heir = nodes.find(({ name }) => has(name, owner.name));
    if (heir !== undefined) throw inherits(heir.name, owner);
  }
}

/** Whether a former node's machine is no node's of the spec, and may be emptied. Pure. */
export function mayEmpty({ host }: Peer, nodes: readonly Peer[]): boolean {
  return !nodes.some((node) => node.host === host);
}

function inherits(name: string, { name: owner, host }: Peer): StreamctlError {
  return new StreamctlError('CONFLICT', `${name} would be on ${host}, which is ${owner}'s machine`, {
    hint: `Take ${owner} out with one \`streamctl up\`, and add ${name} with the next.`,
    details: { node: name, former: owner, host },
  });
}

/** Finds those whose machines may be cleared: a node that leaves is planned until it has. */
export function findGone({ former, nodes }: Pick<UpContext, 'former' | 'nodes'>): Peer[] {
  const planned = new Set(nodes.map(({ node }) => node.name));
  return former.filter(({ name }) => !planned.has(name));
}
