/**
 * Which nodes run a stream's pipelines: one origin node a region, by weighted rendezvous hashing. Pure.
 *
 * Every agent computes the same from the same node.json, so nothing needs to be agreed on or stored. A node that
 * comes or goes moves only the streams that it wins or held.
 */
import { createHash } from 'node:crypto';
import type { Peer } from '../nodes/node-config.ts';

type Candidate = Pick<Peer, 'name' | 'region' | 'roles' | 'weight'>;

export interface Replica {
  readonly region: string;
  readonly node: string;
}

/** Returns one replica for each region that has an origin node, in the order of the regions. */
export function placeReplicas(
  regions: readonly string[],
  peers: readonly Candidate[],
  stream: string,
): readonly Replica[] {
  return regions.flatMap((region) => {
    const candidates = peers.filter((peer) => peer.region === region && peer.roles.includes('origin'));
    const scored = candidates.map((peer) => ({ node: peer.name, score: scoreOf(peer, stream) }));
    scored.sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1));
    return scored[0] === undefined ? [] : [{ region, node: scored[0].node }];
  });
}

/** −weight ÷ ln(u) with u uniform in (0, 1): the highest wins in proportion to its weight. */
function scoreOf(peer: Candidate, stream: string): number {
  const digest = createHash('sha256').update(`${stream}\0${peer.name}`).digest();
  const uniform = (digest.readUIntBE(0, 6) + 0.5) / 2 ** 48;
  return -Math.max(peer.weight, 1e-9) / Math.log(uniform);
}
