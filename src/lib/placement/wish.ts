/**
 * What a stream asks of the store: for each region the nodes that may take a replica, in the order of the stream's walk,
 * computed from the ring by whoever asks. Which of them does, the store decides, because it alone knows the loads. Pure.
 */
import { ownValue } from '../base/own-value.ts';
import { crc32Key } from '../ring/crc32.ts';
import { rendezvousOrder } from '../ring/rendezvous.ts';
import type { PlaceCandidate, PlaceRegion, PlaceWish } from '../store/place-stream.ts';
import type { RingNode, RingRecord } from '../store/ring-records.ts';
import { regionRings } from './region-rings.ts';

export interface StreamToPlace {
  readonly stream: string;
  /** In thousandths (encoder-cost.ts). */
  readonly cost: number;
  /** Of the publisher. */
  readonly region: string;
}

export interface WishOptions {
  /** Nodes whose replicas are lost. Default none. */
  readonly gone?: readonly string[];
  /** Nodes that get nothing new: down, or gone. Default none. */
  readonly down?: Iterable<string>;
  /** Token of the controller; null for an agent. */
  readonly token: number | null;
}

/**
 * Makes the wish. Candidates are active nodes that are not down; a region where one of them is pinned has that one alone
 * and comes first. Then the publisher's region, then the others in the stream's order of regions.
 */
export function createWish(ring: RingRecord, what: StreamToPlace, options: WishOptions): PlaceWish {
  const { stream, cost, region } = what;
  const { gone = [], down = [], token } = options;
  const closed = new Set([...gone, ...down]);
  const regions = listRegions(ring, stream, closed);
  const { epoch, balance, replicas } = ring;
  const hosts = hostsOf(ring);
  const ordered = orderRegions(regions, what, new Set(ownValue(ring.pins, stream) ?? []));
  return { stream, cost, region, epoch, balance, replicas, regions: ordered, hosts, gone, token };
}

/** The nodes of each region that may take the stream, in the order of its walk. */
function listRegions(ring: RingRecord, stream: string, closed: ReadonlySet<string>): PlaceRegion[] {
  const hash = crc32Key(stream);
  return [...regionRings(ring)].map(([name, circle]) => {
    const members = circle.members as readonly RingNode[];
    const walk = circle.walkIndexes(hash).map((index) => members[index]!);
    const candidates = walk.filter((node) => node.state === 'active' && !closed.has(node.name));
    const totalWeight = candidates.reduce((sum, { weight }) => sum + weight, 0);
    return { name, totalWeight, nodes: members.map((node) => node.name), candidates };
  });
}

function orderRegions(
  regions: readonly PlaceRegion[],
  { stream, region: home }: StreamToPlace,
  pins: ReadonlySet<string>,
): PlaceRegion[] {
  const byName = new Map(regions.map((region) => [region.name, keepPinned(region, pins)]));
  const weights = regions
    .filter(({ totalWeight }) => totalWeight > 0)
    .map(({ name, totalWeight }) => ({ name, weight: totalWeight }));
  const order = rendezvousOrder(stream, weights).map(({ name }) => name);
  const closed = regions.filter(({ totalWeight }) => totalWeight === 0).map(({ name }) => name);
  const ordered = [...order.filter((name) => name === home), ...order.filter((name) => name !== home)];
  const isPinned = (name: string): boolean =>
    byName.get(name)!.candidates.some((node) => pins.has(node.name));
  return [...ordered.filter(isPinned), ...ordered.filter((name) => !isPinned(name)), ...closed].map(
    (name) => byName.get(name)!,
  );
}

/** A region where a candidate is pinned, with that one alone; others as they are. */
function keepPinned(region: PlaceRegion, pins: ReadonlySet<string>): PlaceRegion {
  const pinned = region.candidates.filter(({ name }) => pins.has(name));
  return pinned.length === 0 ? region : { ...region, candidates: pinned, totalWeight: weightOf(pinned) };
}

function weightOf(candidates: readonly PlaceCandidate[]): number {
  return candidates.reduce((sum, { weight }) => sum + weight, 0);
}

const hosts = new WeakMap<RingRecord, Readonly<Record<string, string>>>();

/** Made once for each ring. */
function hostsOf(ring: RingRecord): Readonly<Record<string, string>> {
  const known = hosts.get(ring) ?? Object.fromEntries(ring.nodes.map(({ name, host }) => [name, host]));
  hosts.set(ring, known);
  return known;
}
