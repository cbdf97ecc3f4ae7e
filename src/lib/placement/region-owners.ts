/**
 * Which origins of a region hand a stream on to the others there, so that it crosses from other regions once or twice
 * and not once an edge. Pure; all who have the same ring name the same ones.
 */
import type { Peer } from '../nodes/node-config.ts';
import { crc32Key } from '../ring/crc32.ts';
import { rendezvousOrder } from '../ring/rendezvous.ts';
import type { RingRecord } from '../store/ring-records.ts';
import { regionRings } from './region-rings.ts';

/** One may run a pipeline of the stream itself, and one may be down. */
const OWNERS = 3;

/**
 * The first of the stream's walk in a region, best first; of a region that the ring does not know, the first of its
 * nodes by rendezvous.
 */
export function regionOwners(
  ring: RingRecord | null,
  peers: readonly Peer[],
  { stream, region }: { readonly stream: string; readonly region: string },
): Peer[] {
  const here = peers.filter((peer) => peer.region === region);
  const byName = new Map(here.map((peer) => [peer.name, peer]));
  const circle = ring === null ? undefined : regionRings(ring).get(region);
  const walk = circle?.walkIndexes(crc32Key(stream)).map((index) => circle.members[index]!.name) ?? [];
  const walked = walk.flatMap((name) => byName.get(name) ?? []);
  if (walked.length > 0) return walked.slice(0, OWNERS);
  const origins = here.filter(({ roles }) => roles.includes('origin'));
  const able = origins.length > 0 ? origins : here.filter(({ roles }) => roles.includes('edge'));
  const ordered = rendezvousOrder(
    stream,
    able.map(({ name }) => ({ name, weight: 1 })),
  );
  return ordered.slice(0, OWNERS).map(({ name }) => byName.get(name)!);
}
