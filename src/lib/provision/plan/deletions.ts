/** What `up` would take away for good: nodes and regions that the spec no longer has. It asks for a word of its own. */
import { access, readdir } from 'node:fs/promises';
import { type ClusterRecord, loadClusterRecord } from '../../nodes/cluster-view.ts';
import { clusterLayout, nodeLayout } from '../../nodes/layout.ts';
import type { Spec } from '../../spec/resolve-spec.ts';

export interface Deletions {
  readonly nodes: readonly string[];
  readonly regions: readonly string[];
}

/** Finds them by the record of the cluster and by what is on disk, so that one that was half done counts as well. */
export async function findDeletions(spec: Spec, clusterDir: string): Promise<Deletions> {
  const record = await loadClusterRecord(clusterDir).catch(() => null);
  const folders = await readdir(clusterLayout(clusterDir).nodes).catch((): string[] => []);
  const known = await Promise.all(
    folders.map(async (name) => ((await isNode(clusterDir, name)) ? [name] : [])),
  );
  return compareToSpec(spec, { record, onDisk: known.flat() });
}

interface Present {
  readonly record: Pick<ClusterRecord, 'peers' | 'former' | 'regions'> | null;
  /** Names of nodes that have files here. */
  readonly onDisk: readonly string[];
}

/** What is present and not in the spec, by name. Pure. */
export function compareToSpec(spec: Pick<Spec, 'nodes' | 'regions'>, { record, onDisk }: Present): Deletions {
  const nodes = new Set(spec.nodes.map(({ name }) => name));
  const peers = [...(record?.peers ?? []), ...(record?.former ?? [])];
  const present = new Set([...peers.map(({ name }) => name), ...onDisk]);
  return {
    nodes: [...present].filter((name) => !nodes.has(name)).sort(),
    regions: (record?.regions ?? []).filter((name) => !spec.regions.includes(name)).sort(),
  };
}

/** In words: `region ap, nodes ap-1, ap-2`; empty when there is nothing. */
export function wordDeletions({ nodes, regions }: Deletions): string {
  const count = (word: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${word}${names.length === 1 ? '' : 's'} ${names.join(', ')}`];
  return [...count('region', regions), ...count('node', nodes)].join(', ');
}

/** Logs and data of a node that left stay behind; it counts while it has a configuration. */
async function isNode(clusterDir: string, name: string): Promise<boolean> {
  return await access(nodeLayout(clusterDir, name).config).then(
    () => true,
    () => false,
  );
}
