import type { NodeStatus, Problem, StreamStatus } from '../cluster-status.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** Nodes that are not up, but for those of a region that is down as a whole. */
export function findBadNodes({ nodes, regions, streams }: ClusterFacts): Problem[] {
  const dark = new Set(regions.filter((region) => region.health === 'down').map((region) => region.name));
  return nodes
    .filter((node) => node.health !== 'up' && !(node.health === 'down' && dark.has(node.region)))
    .map((node) => ({
      harm: 'redundancy',
      subject: node.name,
      text: `${node.health === 'degraded' ? '' : `${node.health}: `}${node.reasons.join('; ') || 'its agent calls it so'}`,
      effect: effectOf(node, nodes, streams),
      hint: node.health === 'down' ? 'streamctl up' : `streamctl logs ${node.name}`,
      sinceMs: null,
    }));
}

function effectOf(node: NodeStatus, nodes: readonly NodeStatus[], streams: readonly StreamStatus[]): string {
  if (node.health === 'degraded') return 'it goes on serving what it can';
  const others = nodes.filter((one) => one.region === node.region && one !== node && one.health === 'up');
  const edges = others.filter((one) => one.roles.includes('edge')).map((one) => one.name);
  const parts: string[] = [];
  if (node.roles.includes('edge')) {
    parts.push(
      edges.length > 0
        ? `its viewers must turn to ${edges.join(', ')}`
        : 'its viewers must turn to another region',
    );
  }
  const playing = streams.filter((stream) => stream.replicas.length > 0).length;
  if (node.roles.includes('origin') && playing > 0) parts.push('its replicas are missing');
  if (node.roles.includes('ingest')) parts.push('encoders that publish to it must publish elsewhere');
  return parts.join(' · ') || 'viewers unaffected';
}
