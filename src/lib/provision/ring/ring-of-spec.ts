/** What the ring should hold by the spec: its origin nodes. Pure. */
import type { RingEdit } from '../../membership/edits.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { COST_UNIT } from '../../placement/encoder-cost.ts';
import type { Spec } from '../../spec/resolve-spec.ts';
import type { RingNode, RingPatch, RingRecord } from '../../store/ring-records.ts';

/** The node of the ring that a node of the spec with the role origin is. */
export function ringNodeOf({ name, region, address, weight, capacity }: Peer): RingNode {
  return {
    name,
    region,
    host: address,
    weight,
    capacity: capacity === undefined ? null : Math.round(capacity * COST_UNIT),
    state: 'active',
  };
}

/** The parts of the ring that differ from the spec, as the spec has them; draining and pins are the ring's alone. */
export function differenceToSpec(ring: RingRecord, spec: Spec): RingPatch {
  const known = new Map(ring.nodes.map((node) => [node.name, node]));
  const origins = spec.nodes.filter(({ roles }) => roles.includes('origin'));
  const nodes: Record<string, RingNode> = {};
  for (const peer of origins) {
    const present = known.get(peer.name);
    const wanted = { ...ringNodeOf(peer), state: present?.state ?? 'active' };
    if (present === undefined || !sameNode(present, wanted)) nodes[peer.name] = wanted;
  }
  const { balance, replicas } = spec.ring;
  return {
    ...(Object.keys(nodes).length === 0 ? {} : { nodes }),
    ...(ring.balance === balance ? {} : { balance }),
    ...(ring.replicas === replicas ? {} : { replicas }),
  };
}

/** Origins whose place in the ring is not what was applied last: a command ended between the spec and the ring. */
export function findUnapplied(ring: RingRecord, peers: readonly Peer[]): string[] {
  const known = new Map(ring.nodes.map((node) => [node.name, node]));
  return peers.flatMap((peer) => {
    const present = known.get(peer.name);
    return present === undefined || sameNode(present, ringNodeOf(peer)) ? [] : [peer.name];
  });
}

/** Nodes of the ring that the spec no longer has as origins. */
export function leavingNodes(ring: RingRecord, spec: Spec): RingNode[] {
  const origins = new Set(spec.nodes.flatMap(({ name, roles }) => (roles.includes('origin') ? [name] : [])));
  return ring.nodes.filter(({ name }) => !origins.has(name));
}

/** Brings the ring to the spec; nodes that leave stay, to be drained. */
export function followSpec(spec: Spec): RingEdit {
  return (ring) => differenceToSpec(ring, spec);
}

function sameNode(a: RingNode, b: RingNode): boolean {
  return a.region === b.region && a.host === b.host && a.weight === b.weight && a.capacity === b.capacity;
}
