import { StreamctlError } from '../base/errors.ts';
import { loadClusterRecord } from '../nodes/cluster-view.ts';
import type { Peer } from '../nodes/node-config.ts';
import { isReplicated, storeNodes } from '../store/store-site.ts';

/** Throws CONFLICT when the spec would have the one store that there is copy an empty one. */
export async function refuseOtherStore(nodes: readonly Peer[], clusterDir: string): Promise<void> {
  const record = await loadClusterRecord(clusterDir).catch(() => null);
  const refusal = record === null ? null : findOvertaken(nodes, record.peers);
  if (refusal !== null) throw refusal;
}

/** What the record alone tells: of several stores the first is the one that the others copy when they are new. Pure. */
export function findOvertaken(nodes: readonly Peer[], known: readonly Peer[]): StreamctlError | null {
  const [holder] = storeNodes(known);
  const first = storeNodes(nodes)[0]?.name;
  if (holder === undefined || isReplicated(known) || !isReplicated(nodes) || holder.name === first)
    return null;
  return new StreamctlError(
    'CONFLICT',
    `add stores: ${holder.name} has what the cluster knows, and ${first} would be copied`,
    {
      hint: `List ${holder.name} before the other nodes with the role store; nothing was changed.`,
    },
  );
}
