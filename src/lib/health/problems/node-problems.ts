import type { NodeStatus, Problem } from '../cluster-status.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** Nodes that are not up, but for those of a region that is down as a whole. */
export function findBadNodes(facts: ClusterFacts): Problem[] {
  const { nodes, regions } = facts;
  const dark = new Set(regions.filter((region) => region.health === 'down').map((region) => region.name));
  return nodes
    .filter((node) => node.health !== 'up' && !(node.health === 'down' && dark.has(node.region)))
    .map((node) => ({
      harm: 'redundancy',
      subject: node.name,
      text: `${node.health === 'degraded' ? '' : `${node.health}: `}${node.reasons.join('; ') || 'its agent calls it so'}`,
      effect: effectOf(node, facts),
      hint: node.health === 'down' ? 'streamctl up' : `streamctl logs ${node.name}`,
      sinceMs: null,
    }));
}

function effectOf(node: NodeStatus, facts: ClusterFacts): string {
  const { nodes, streams } = facts;
  if (node.health === 'degraded') return 'it goes on serving what it can';
  const others = nodes.filter((one) => one.region === node.region && one !== node && one.health === 'up');
  const edges = others.filter((one) => one.roles.includes('edge')).map((one) => one.name);
  const parts: string[] = [];
  if (node.roles.includes('edge')) {
    parts.push(
      edges.length > 0
        ? `the players of its viewers turn to ${edges.join(', ')}`
        : 'the players of its viewers turn to another region',
    );
  }
  const playing = streams.filter((stream) => stream.replicas.length > 0).length;
  if (node.roles.includes('origin') && playing > 0) parts.push(effectOnReplicas(node, facts));
  if (node.roles.includes('ingest')) parts.push('encoders that publish to it must publish elsewhere');
  return parts.join(' · ') || 'viewers unaffected';
}

/** The controller replaces only what is down for certain. */
function effectOnReplicas({ name }: NodeStatus, { controller, refusals }: ClusterFacts): string {
  const verdict = controller?.work.verdicts.find(({ node }) => node === name)?.state;
  if (verdict !== 'down') return 'its replicas are missing';
  return refusals.length === 0
    ? 'its replicas run elsewhere'
    : 'its replicas run elsewhere, where there is room';
}
