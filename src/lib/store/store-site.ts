/** Where the store of a cluster is: one Redis, or three and more of which Sentinels say which takes writes. Pure. */
import { StreamctlError } from '../base/errors.ts';
import type { Reach } from '../base/reach.ts';
import type { Peer } from '../nodes/node-config.ts';

/** As many stores can lose one and still be more than half. */
const LEAST_REPLICATED = 3;

export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface StoreSite extends Place {
  readonly cluster: string;
  /** None: the store is the one at `address`. Some: that is where it began, and they know where it is. */
  readonly sentinels?: readonly Place[];
}

/** How, and as whom, the store is reached. */
export interface StoreAccess extends StoreSite {
  /** Left out: Redis's default user. */
  readonly user?: string;
  /** File, mode 0600, with the password alone. */
  readonly passwordFile: string;
  /** How to reach addresses; directly when absent. */
  readonly reach?: Reach;
}

/** The nodes that hold the store, in the order of the spec; the first is where it begins. */
export function storeNodes(peers: readonly Peer[]): readonly Peer[] {
  return peers.filter(({ roles }) => roles.includes('store'));
}

/** Whether losing one store node leaves a store. */
export function isReplicated(peers: readonly Peer[]): boolean {
  return storeNodes(peers).length >= LEAST_REPLICATED;
}

/** How many Sentinels must agree: more than half. */
export function quorumOf(peers: readonly Peer[]): number {
  return Math.floor(storeNodes(peers).length / 2) + 1;
}

/** What losing a store node means, in words. */
export function describeStore(peers: readonly Peer[]): string {
  const { length } = storeNodes(peers);
  return isReplicated(peers)
    ? `${length} stores, of which ${length - quorumOf(peers)} may be lost`
    : 'one store: no changes while it is lost';
}

/** Where a cluster's store is. Throws SPEC_INVALID when no node has that role. */
export function siteOf(cluster: string, peers: readonly Peer[]): StoreSite {
  const nodes = storeNodes(peers);
  const [first] = nodes;
  if (first === undefined) throw new StreamctlError('SPEC_INVALID', `cluster ${cluster} has no store node`);
  const site = { cluster, address: first.address, port: first.ports.redis };
  if (!isReplicated(peers)) return site;
  return { ...site, sentinels: nodes.map(({ address, ports }) => ({ address, port: ports.sentinel })) };
}
