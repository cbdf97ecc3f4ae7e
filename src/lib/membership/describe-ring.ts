/** The ring as an operator looks at it: what each member should carry and does. Pure. */
import { regionRings } from '../placement/region-rings.ts';
import { loadLimit } from '../ring/bounded-load.ts';
import { makePoints } from '../ring/ring-points.ts';
import type { RingNode } from '../store/ring-records.ts';
import { type RingFacts, regionTotals } from './locate-stream.ts';

export interface MemberDescription {
  readonly name: string;
  readonly region: string;
  readonly address: string | null;
  readonly state: RingNode['state'];
  readonly weight: number;
  readonly points: number;
  /** Of its region's circle, 0 to 1. */
  readonly share: number;
  /** Its weight of the region's weights: the share that it would have if points fell evenly. */
  readonly fairShare: number;
  /** Encoder cost that it carries, joining replicas too, in thousandths of one 720p30 rendition. */
  readonly load: number;
  /** What it would carry if load were even; 0 while it drains. */
  readonly fairLoad: number;
  /** The load at which it is full; 0 while it drains. */
  readonly limit: number;
  readonly capacity: number | null;
  /** Replicas that it runs, joining ones too. */
  readonly streams: number;
}

export interface RegionDescription {
  readonly name: string;
  readonly points: number;
  readonly load: number;
  readonly streams: number;
  /** Greatest load over the fair one; 1 when nothing is placed. */
  readonly maxOverMean: number;
}

export interface RingDescription {
  readonly cluster: string;
  readonly epoch: number;
  readonly balance: number;
  readonly replicas: number;
  readonly regions: readonly RegionDescription[];
  readonly members: readonly MemberDescription[];
  /** Streams that have a place. */
  readonly streams: number;
  readonly pins: Readonly<Record<string, readonly string[]>>;
  readonly moves: { readonly planned: number; readonly running: number };
  readonly refusals: readonly { readonly stream: string; readonly lack: string; readonly cure: string }[];
}

export interface DescribeOptions {
  readonly cluster: string;
  /** Node → address. */
  readonly addresses: ReadonlyMap<string, string>;
  /** One region alone. */
  readonly region?: string | undefined;
}

/** Describes the ring; regions and members by name. */
export function describeRing(facts: RingFacts, options: DescribeOptions): RingDescription {
  const { ring, placements, planned } = facts;
  const running = [...placements.values()].filter(({ move }) => move !== null).length;
  const names = [...regionRings(ring).keys()].filter((name) => (options.region ?? name) === name);
  const counts = countStreams(facts);
  const described = names.map((name) => describeRegion(facts, { name, counts, options }));
  return {
    cluster: options.cluster,
    epoch: ring.epoch,
    balance: ring.balance,
    replicas: ring.replicas,
    regions: described.map(({ region }) => region),
    members: described.flatMap(({ members }) => members),
    streams: placements.size,
    pins: ring.pins,
    moves: { planned: planned.length, running },
    refusals: facts.refusals.map(({ stream, lack, cure }) => ({ stream, lack, cure })),
  };
}

interface RegionCase {
  readonly name: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly options: DescribeOptions;
}

function describeRegion(facts: RingFacts, { name, counts, options }: RegionCase) {
  const { ring, loads } = facts;
  const circle = regionRings(ring).get(name)!;
  const nodes = ring.nodes.filter(({ region }) => region === name);
  const { total, totalWeight } = regionTotals(facts, name);
  const weights = nodes.reduce((sum, { weight }) => sum + weight, 0);
  const shares = circle.shares();
  const points = countPoints(nodes);
  const members = nodes.map((node, index): MemberDescription => {
    const active = node.state === 'active';
    const demand = { cost: 0, total, totalWeight, balance: ring.balance };
    return {
      name: node.name,
      region: name,
      address: options.addresses.get(node.name) ?? null,
      state: node.state,
      weight: node.weight,
      points: points[index]!,
      share: shares[index]!,
      fairShare: node.weight / weights,
      load: loads.get(node.name) ?? 0,
      fairLoad: active ? (total * node.weight) / totalWeight : 0,
      limit: active ? loadLimit(demand, node.weight) : 0,
      capacity: node.capacity,
      streams: counts.get(node.name) ?? 0,
    };
  });
  const streams = members.reduce((sum, member) => sum + member.streams, 0);
  const region = {
    name,
    points: circle.pointCount,
    load: total,
    streams,
    maxOverMean: maxOverMeanOf(members),
  };
  return { region, members };
}

/** Points of each node that count: of two on one position the first node's. */
function countPoints(nodes: readonly RingNode[]): number[] {
  const counts = nodes.map(() => 0);
  for (const owner of makePoints(nodes).owners) counts[owner]! += 1;
  return counts;
}

function countStreams({ placements }: RingFacts): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { replicas, move } of placements.values()) {
    for (const node of new Set([...replicas, ...(move === null ? [] : [move.to])])) {
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  return counts;
}

function maxOverMeanOf(members: readonly MemberDescription[]): number {
  const ratios = members.filter(({ fairLoad }) => fairLoad > 0).map(({ load, fairLoad }) => load / fairLoad);
  return ratios.length === 0 ? 1 : Math.max(...ratios);
}
