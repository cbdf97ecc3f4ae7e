/** The way from here to the nodes of a cluster, by what its record or spec says of ssh. */
import { type Reach, reachDirectly } from '../base/reach.ts';
import type { SshSettings, SshTarget } from '../ssh/target.ts';
import type { Peer } from './node-config.ts';

export interface ReachedCluster {
  readonly ssh: SshSettings | null;
  readonly peers: readonly Peer[];
}

/** Whoever looks at a cluster does not wait longer for one machine, and not again for a while. */
const PATIENCE_MS = 4_000;
const REST_MS = 5_000;

/** What is known of a cluster's machines stays known while the same cluster is looked at again and again. */
const made = new WeakMap<ReachedCluster, Reach>();

/** Creates the way to the nodes of a cluster. Addresses that none of its nodes has are reached directly. */
export function createReach(cluster: ReachedCluster): Reach {
  const { ssh, peers } = cluster;
  if (ssh === null) return reachDirectly;
  const reach = made.get(cluster) ?? createSshReach(ssh, peers);
  made.set(cluster, reach);
  return reach;
}

function createSshReach(ssh: SshSettings, peers: readonly Peer[]): Reach {
  const lost = new Map<string, { readonly untilMs: number; readonly error: unknown }>();
  return async (address, port) => {
    const peer = peers.find((one) => one.address === address);
    if (peer === undefined) return { host: address, port };
    const known = lost.get(peer.name);
    if (known !== undefined && performance.now() < known.untilMs) throw known.error;
    try {
      return { path: await inTime(forwardTo(peer, ssh, port)) };
    } catch (error) {
      lost.set(peer.name, { untilMs: performance.now() + REST_MS, error });
      throw error;
    }
  };
}

async function forwardTo(peer: Peer, ssh: SshSettings, port: number): Promise<string> {
  const { forward } = await import('../ssh/forward.ts');
  return await forward(await targetOf(peer, ssh), peer.address, port);
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ssh connection within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
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
