/** Where a relay sends a stream of a cluster, and where it listens beside one. Pure. */
import type { Peer } from '../../nodes/node-config.ts';
import { publicHost } from '../../spec/public-urls.ts';
import type { ListenAddress } from './play-path.ts';

const REGIONS = 2;

/** Returns an ingest of each of the first two regions that have one; fewer when the cluster has fewer. */
export function chooseTargets(peers: readonly Peer[]): string[] {
  const first = new Map<string, string>();
  for (const peer of peers) {
    const { roles, region, ports } = peer;
    if (!roles.includes('ingest') || first.has(region)) continue;
    first.set(region, `rtmp://${publicHost(peer)}:${ports.rtmp}/live`);
  }
  return [...first.values()].slice(0, REGIONS);
}

/** Returns the addresses that relays of a cluster on this machine may listen on: of its block, and of no node. */
export function listRelayAddresses(peers: readonly Peer[]): ListenAddress[] {
  const [{ address, ports } = { address: '', ports: { rtmp: 1935 } }] = peers;
  const block = /^127\.\d+/.exec(address)?.[0] ?? '127.0';
  const taken = new Set(peers.map((peer) => peer.address));
  return Array.from({ length: 254 }, (_, index) => ({
    address: `${block}.0.${index + 1}`,
    port: ports.rtmp,
  })).filter((one) => !taken.has(one.address));
}
