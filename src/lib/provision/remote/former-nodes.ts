import { loadClusterRecord } from '../../nodes/cluster-view.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { UpContext } from '../context.ts';

/** Finds the machines that were nodes and that the spec no longer has, by the cluster's record. */
export async function findFormer({ spec, layout }: Pick<UpContext, 'spec' | 'layout'>): Promise<Peer[]> {
  const record = await loadClusterRecord(layout.dir).catch(() => null);
  if (record === null) return [];
  const known = new Set(spec.nodes.map(({ name }) => name));
  return [...record.peers, ...(record.former ?? [])].filter(({ name }) => !known.has(name));
}
