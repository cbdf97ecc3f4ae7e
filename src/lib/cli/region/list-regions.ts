/** The regions of a cluster as `region list` shows them: by its record, and by the ring where the store answers. */
import type { RingFacts } from '../../membership/locate-stream.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import type { Role } from '../../nodes/node-config.ts';

export interface RegionNode {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly weight: number;
  /** In the ring; null for what is no origin, or not known. */
  readonly state: 'active' | 'draining' | null;
  /** Replicas that it runs; null while the store is away. */
  readonly streams: number | null;
}

export interface RegionReport {
  readonly name: string;
  /** `draining` when every origin of it is; null while the store is away. */
  readonly state: 'active' | 'draining' | null;
  readonly nodes: readonly RegionNode[];
  /** Replicas that run there; null while the store is away. */
  readonly streams: number | null;
}

/** Describes every region, in the order of the spec. Pure. */
export function describeRegions(view: ClusterView, facts: RingFacts | null): RegionReport[] {
  return view.regions.map((name) => {
    const nodes = view.peers
      .filter(({ region }) => region === name)
      .map((peer): RegionNode => {
        const known = facts?.ring.nodes.find((node) => node.name === peer.name);
        const streams = facts === null ? null : countStreams(facts, peer.name);
        return {
          name: peer.name,
          roles: peer.roles,
          weight: peer.weight,
          state: known?.state ?? null,
          streams,
        };
      });
    const states = nodes.flatMap(({ state }) => (state === null ? [] : [state]));
    const state = states.length === 0 ? null : states.includes('active') ? 'active' : 'draining';
    const streams = facts === null ? null : nodes.reduce((sum, node) => sum + (node.streams ?? 0), 0);
    return { name, state, nodes, streams };
  });
}

function countStreams({ placements }: RingFacts, node: string): number {
  return [...placements.values()].filter(({ replicas }) => replicas.includes(node)).length;
}
