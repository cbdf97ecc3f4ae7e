/** What `up` would take away for good: nodes and regions that the spec no longer has. It asks for a word of its own. */
import { access, readdir } from 'node:fs/promises';
import { type ClusterRecord, loadClusterRecord } from '../../nodes/cluster-view.ts';
import { nodeLayout } from '../../nodes/layout.ts';
import type { Spec } from '../../spec/resolve-spec.ts';
import { loadRing } from '../../store/ring.ts';
import type { RingNode } from '../../store/ring-records.ts';
import type { UpContext } from '../context.ts';
import { openStore } from '../ring/open-store.ts';

export interface Deletions {
  readonly nodes: readonly string[];
  readonly regions: readonly string[];
}

/**
 * Finds them by the record of the cluster, by what is on disk, and by the ring where the store answers: so that one that was
 * half done counts, and one that another machine made.
 */
export async function findDeletions(context: DeletionContext): Promise<Deletions> {
  const { spec, layout } = context;
  const record = await loadClusterRecord(layout.dir).catch(() => null);
  const folders = await readdir(layout.nodes).catch((): string[] => []);
  const known = await Promise.all(
    folders.map(async (name) => ((await isNode(layout.dir, name)) ? [name] : [])),
  );
  return compareToSpec(spec, { record, onDisk: known.flat(), inRing: await loadRingNodes(context) });
}

type DeletionContext = Parameters<typeof openStore>[0] & Pick<UpContext, 'spec' | 'layout'>;

async function loadRingNodes(context: DeletionContext): Promise<Present['inRing']> {
  const store = await openStore(context).catch(() => null);
  if (store === null) return [];
  try {
    return (await loadRing(store))?.nodes ?? [];
  } catch {
    return [];
  } finally {
    store.close();
  }
}

interface Present {
  readonly record: Pick<ClusterRecord, 'peers' | 'former' | 'regions'> | null;
  /** Names of nodes that have files here. */
  readonly onDisk: readonly string[];
  readonly inRing: readonly Pick<RingNode, 'name' | 'region'>[];
}

/** What is present and not in the spec, by name. Pure. */
export function compareToSpec(
  spec: Pick<Spec, 'nodes' | 'regions'>,
  { record, onDisk, inRing }: Present,
): Deletions {
  const nodes = new Set(spec.nodes.map(({ name }) => name));
  const peers = [...(record?.peers ?? []), ...(record?.former ?? []), ...inRing];
  const present = new Set([...peers.map(({ name }) => name), ...onDisk]);
  const regions = new Set([...(record?.regions ?? []), ...inRing.map(({ region }) => region)]);
  return {
    nodes: [...present].filter((name) => !nodes.has(name)).sort(),
    regions: [...regions].filter((name) => !spec.regions.includes(name)).sort(),
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
