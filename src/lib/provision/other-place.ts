/** A cluster stays where it is: what runs somewhere else would go on there, and nobody would know of it. */
import { StreamctlError } from '../base/errors.ts';
import { type ClusterRecord, loadClusterRecord } from '../nodes/cluster-view.ts';
import { findClusterProcesses } from '../nodes/processes.ts';
import type { Spec } from '../spec/resolve-spec.ts';

/** Throws CONFLICT when nodes are elsewhere than the spec says: on this machine, on machines, or on another host. */
export async function refuseOtherPlace(spec: Spec, clusterDir: string): Promise<void> {
  const record = await loadClusterRecord(clusterDir).catch(() => null);
  if (record === null) return;
  const moved = findMoved(spec, record);
  if (moved !== null) throw moved;
  if (record.ssh === undefined && spec.ssh !== null && (await findClusterProcesses(clusterDir)).length > 0) {
    throw conflict(`cluster "${spec.cluster}" runs on this machine, and the spec says driver: ssh`, spec);
  }
}

/** What the record alone tells. Pure. */
export function findMoved(
  spec: Pick<Spec, 'cluster' | 'ssh' | 'nodes'>,
  record: Pick<ClusterRecord, 'ssh' | 'peers'>,
): StreamctlError | null {
  if (record.ssh !== undefined && spec.ssh === null) {
    return conflict(`cluster "${spec.cluster}" is on machines, and the spec does not say driver: ssh`, spec);
  }
  if (record.ssh === undefined) return null;
  for (const { name, host } of spec.nodes) {
    const known = record.peers.find((peer) => peer.name === name);
    if (known === undefined || known.host === host) continue;
    return new StreamctlError('CONFLICT', `${name} is on ${known.host}, and the spec says ${host}`, {
      hint: `Give the new machine another name, or take ${name} out with one \`streamctl up\` and add it with the next.`,
      details: { node: name, from: known.host, to: host },
    });
  }
  return null;
}

function conflict(message: string, { cluster }: Pick<Spec, 'cluster'>): StreamctlError {
  return new StreamctlError('CONFLICT', message, {
    hint: `Take it down first (streamctl down --cluster ${cluster} --purge), or use another name.`,
  });
}
