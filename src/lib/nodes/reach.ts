/** The way from here to the nodes of a cluster, by what its record or spec says of ssh. */
import { type Reach, reachDirectly } from '../base/reach.ts';
import type { SshSettings, SshTarget } from '../ssh/target.ts';
import type { Peer } from './node-config.ts';

export interface ReachedCluster {
  readonly ssh: SshSettings | null;
  readonly peers: readonly Peer[];
}

/** Creates the way to the nodes of a cluster. Addresses that none of its nodes has are reached directly. */
export function createReach({ ssh, peers }: ReachedCluster): Reach {
  if (ssh === null) return reachDirectly;
  return async (address, port) => {
    const peer = peers.find((one) => one.address === address);
    if (peer === undefined) return { host: address, port };
    const { forward } = await import('../ssh/forward.ts');
    return { path: await forward(await targetOf(peer, ssh), address, port) };
  };
}

/** Returns how ssh reaches a node's machine. */
export async function targetOf(
  peer: Pick<Peer, 'name' | 'host' | 'address'>,
  settings: SshSettings,
): Promise<SshTarget> {
  const { ensureSocketFolder } = await import('../ssh/connection.ts');
  const { name, host, address } = peer;
  return { node: name, host: host ?? address, settings, sockets: await ensureSocketFolder() };
}
