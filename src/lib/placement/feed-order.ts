/**
 * Where a relay looks for a stream's feed, best first. Pure; every relay of a region that has the same ring gets the
 * same order, and needs neither the store nor an agent for it.
 */
import { ownValue } from '../base/own-value.ts';
import type { Peer } from '../nodes/node-config.ts';
import { crc32Key } from '../ring/crc32.ts';
import { rendezvousOrder } from '../ring/rendezvous.ts';
import type { RingRecord } from '../store/ring-records.ts';
import { regionRings } from './region-rings.ts';

export interface FeedSeeker {
  readonly stream: string;
  /** Node that asks; never among the answers. */
  readonly node: string;
  readonly region: string;
}

/**
 * Orders the origins among `peers`: pinned nodes and the walk of the seeker's region, then the other regions' in the
 * stream's order of regions, each in its walk; origins that the ring does not know come last, near ones first.
 */
export function feedOrder(ring: RingRecord | null, peers: readonly Peer[], seeker: FeedSeeker): Peer[] {
  const origins = peers.filter((peer) => peer.name !== seeker.node && peer.roles.includes('origin'));
  const near = (peer: Peer): number => Number(peer.region !== seeker.region);
  const unknown = origins.toSorted((a, b) => near(a) - near(b));
  const byName = new Map(unknown.map((peer) => [peer.name, peer]));
  const walked = (ring === null ? [] : walkAll(ring, seeker)).flatMap((name) => byName.get(name) ?? []);
  return [...new Set([...walked, ...unknown])];
}

function walkAll(ring: RingRecord, { stream, region }: FeedSeeker): string[] {
  const rings = regionRings(ring);
  const others = rendezvousOrder(
    stream,
    [...rings.keys()].filter((name) => name !== region).map((name) => ({ name, weight: 1 })),
  );
  const hash = crc32Key(stream);
  const pinned = new Set(ownValue(ring.pins, stream) ?? []);
  return [region, ...others.map(({ name }) => name)].flatMap((name) => {
    const circle = rings.get(name);
    const walk = circle?.walkIndexes(hash).map((index) => circle.members[index]!.name) ?? [];
    return [...walk.filter((node) => pinned.has(node)), ...walk.filter((node) => !pinned.has(node))];
  });
}
