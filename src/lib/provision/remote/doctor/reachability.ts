/** Which services a node must reach on other nodes, by role. Pure. */
import type { Peer } from '../../../nodes/node-config.ts';

export interface WantedPlace {
  readonly node: string;
  /** `redis`, `origin`, `contribution`, `agent`. */
  readonly service: 'redis' | 'origin' | 'contribution' | 'agent';
  readonly address: string;
  readonly port: number;
}

/** Every node: the store and all agents. Origins and edges: all origins. Origins: the contribution of every ingest. */
export function planReach(own: Peer, peers: readonly Peer[]): WantedPlace[] {
  const others = peers.filter(({ name }) => name !== own.name);
  const relays = own.roles.includes('origin') || own.roles.includes('edge');
  return others.flatMap((peer) => {
    const has = (role: Peer['roles'][number]): boolean => peer.roles.includes(role);
    const services: WantedPlace['service'][] = ['agent'];
    if (has('store')) services.push('redis');
    if (relays && has('origin')) services.push('origin');
    if (own.roles.includes('origin') && has('ingest')) services.push('contribution');
    return services.map((service) => {
      return { node: peer.name, service, address: peer.address, port: peer.ports[service] };
    });
  });
}
