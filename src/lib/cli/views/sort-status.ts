/** The order of nodes and streams in the tables; health and problems keep theirs. Pure. */
import type { ClusterStatus, NodeStatus, StreamStatus } from '../../health/cluster-status.ts';

export const SORT_KEYS = ['spec', 'name', 'viewers', 'behind live', 'load'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** Sorts nodes and streams; figures with the highest first, what is not known last. */
export function sortStatus(status: ClusterStatus, key: SortKey): ClusterStatus {
  return {
    ...status,
    nodes:
      key === 'name' ? byName(status.nodes) : key === 'load' ? status.nodes.toSorted(byLoad) : status.nodes,
    streams: sortStreams(status.streams, key),
  };
}

/** The key after this one, around. */
export function nextSortKey(key: SortKey): SortKey {
  return SORT_KEYS[(SORT_KEYS.indexOf(key) + 1) % SORT_KEYS.length]!;
}

function sortStreams(streams: readonly StreamStatus[], key: SortKey): readonly StreamStatus[] {
  if (key === 'name') return byName(streams);
  if (key === 'viewers') return streams.toSorted((a, b) => b.viewers - a.viewers);
  if (key === 'behind live') return streams.toSorted((a, b) => (b.liveEdgeSec ?? -1) - (a.liveEdgeSec ?? -1));
  return streams;
}

function byName<T extends { readonly name: string }>(list: readonly T[]): readonly T[] {
  return list.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function byLoad(a: NodeStatus, b: NodeStatus): number {
  return (b.load?.cpu ?? -1) - (a.load?.cpu ?? -1);
}
