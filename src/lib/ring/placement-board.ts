/**
 * What runs where, and room for more: the nodes by region, each region's ring, and the load of the streams placed.
 *
 * A board is a calculation, not a record: the caller fills it from what is true, asks it, and writes the answer where
 * the truth is kept.
 */
import { StreamctlError } from '../base/errors.ts';
import { type Candidate, DEFAULT_BALANCE, type Demand } from './bounded-load.ts';
import { crc32Key } from './crc32.ts';
import { Ring, type RingMember } from './ring.ts';

export interface PlacementNode extends RingMember {
  readonly region: string;
  /** The machine; two replicas of a stream are never on one. */
  readonly host: string;
  /** The most it can carry, in the unit of the costs; Infinity when unknown. */
  readonly capacity: number;
}

export interface StreamDemand {
  readonly stream: string;
  /** Encoder cost: above 0, in one unit for all streams. */
  readonly cost: number;
  /** Region of the publisher: where replica 1 should be. */
  readonly region: string;
}

export interface Placement extends StreamDemand {
  /** Names of nodes, replica 1 first. */
  readonly nodes: readonly string[];
}

interface RegionRing {
  readonly ring: Ring;
  readonly nodes: readonly PlacementNode[];
  readonly totalWeight: number;
}

export class PlacementBoard {
  readonly balance: number;
  readonly #nodes: ReadonlyMap<string, PlacementNode>;
  readonly #regions: ReadonlyMap<string, RegionRing>;
  readonly #loads = new Map<string, number>();
  readonly #regionLoads = new Map<string, number>();
  readonly #placements = new Map<string, Placement>();

  /** Throws USAGE for a balance below 1, and for what a ring refuses. */
  constructor(nodes: readonly PlacementNode[], balance: number = DEFAULT_BALANCE) {
    if (!(balance >= 1)) throw new StreamctlError('USAGE', `bound the load: balance ${balance} is below 1`);
    this.balance = balance;
    const sorted = nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.#nodes = new Map(sorted.map((node) => [node.name, node]));
    const regions = Map.groupBy(sorted, (node) => node.region);
    this.#regions = new Map([...regions].map(([region, members]) => [region, makeRegion(members)]));
  }

  get placements(): ReadonlyMap<string, Placement> {
    return this.#placements;
  }

  get nodes(): readonly PlacementNode[] {
    return [...this.#nodes.values()];
  }

  /** Regions with the weight of all their nodes. */
  get regions(): { name: string; weight: number }[] {
    return [...this.#regions].map(([name, { totalWeight }]) => ({ name, weight: totalWeight }));
  }

  node(name: string): PlacementNode | undefined {
    return this.#nodes.get(name);
  }

  load(node: string): number {
    return this.#loads.get(node) ?? 0;
  }

  /** What a cost meets in a region; `total` leaves the cost out. */
  demand(region: string, cost: number): Demand {
    const totalWeight = this.#regions.get(region)?.totalWeight ?? 0;
    return { cost, total: this.#regionLoads.get(region) ?? 0, totalWeight, balance: this.balance };
  }

  /** The nodes of a region in the order of the stream's walk. */
  walk(region: string, stream: string): PlacementNode[] {
    const found = this.#regions.get(region);
    return found === undefined ? [] : found.ring.walkIndexes(crc32Key(stream)).map((at) => found.nodes[at]!);
  }

  /** The same as candidates, without those on hosts that are taken. */
  candidates(region: string, stream: string, takenHosts: ReadonlySet<string>): Candidate[] {
    return this.walk(region, stream)
      .filter((node) => !takenHosts.has(node.host))
      .map(({ name, weight, capacity }) => ({ name, weight, capacity, load: this.load(name) }));
  }

  /** Records a placement in place of the stream's former one; nodes that the board does not know are not counted. */
  put(placement: Placement): void {
    this.take(placement.stream);
    this.#placements.set(placement.stream, placement);
    for (const node of placement.nodes) this.#add(node, placement.cost);
  }

  /** Forgets a placement, gives its load back, and returns it. */
  take(stream: string): Placement | undefined {
    const placement = this.#placements.get(stream);
    if (placement === undefined) return undefined;
    this.#placements.delete(stream);
    for (const node of placement.nodes) this.#add(node, -placement.cost);
    return placement;
  }

  #add(name: string, cost: number): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    this.#loads.set(name, this.load(name) + cost);
    this.#regionLoads.set(node.region, (this.#regionLoads.get(node.region) ?? 0) + cost);
  }
}

function makeRegion(nodes: readonly PlacementNode[]): RegionRing {
  return {
    ring: new Ring(nodes),
    nodes,
    totalWeight: nodes.reduce((sum, { weight }) => sum + weight, 0),
  };
}
