/**
 * Which nodes run a stream's pipelines: replica 1 in the publisher's region, replica 2 in another one, each on the
 * first node of its region's walk that is not full. With one region both are there. Never two on one host.
 *
 * Decides only; nothing is recorded on the board. What is placed depends on what was placed before, so one authority
 * has to decide at a time.
 */
import { type Choice, chooseUnderLimit } from './bounded-load.ts';
import type { PlacementBoard, PlacementNode, StreamDemand } from './placement-board.ts';
import { rendezvousOrder } from './rendezvous.ts';

export interface PlacedReplica extends Choice {
  readonly region: string;
}

/** Why a stream gets no (further) replica; placement/word-refusal.ts says it in words. */
export type Refusal = {
  readonly stream: string;
  /** Which one it would be, from 1 on. */
  readonly replica: number;
  /** Where it may be; none when that would have to be another region. */
  readonly regions: readonly string[];
} & (
  | { readonly kind: 'no-nodes' }
  /** Hosts that run the stream already: there is no other. */
  | { readonly kind: 'no-other-host'; readonly hosts: readonly string[] }
  /** The node with most room left, in the unit of the costs: below 0 when it is over its capacity. */
  | { readonly kind: 'no-capacity'; readonly cost: number; readonly roomiest: Roomiest }
);

export interface Roomiest {
  readonly name: string;
  readonly room: number;
  readonly capacity: number;
}

export interface ReplicaPlan {
  /** The replicas that were found, replica 1 first; those kept are not among them. */
  readonly added: readonly PlacedReplica[];
  /** Null when there are as many as wanted. */
  readonly refusal: Refusal | null;
}

export interface ReplicaWish {
  /** How many replicas are wanted in all. Default 2. */
  readonly replicas?: number;
  /** Nodes that run a replica already and stay. Default none. */
  readonly kept?: readonly string[];
}

/** Chooses nodes until the stream has as many replicas as wanted, or says what is lacking for the next one. */
export function planReplicas(
  board: PlacementBoard,
  demand: StreamDemand,
  wish: ReplicaWish = {},
): ReplicaPlan {
  const { replicas = 2, kept = [] } = wish;
  const added: PlacedReplica[] = [];
  while (kept.length + added.length < replicas) {
    const placed = [...kept, ...added.map(({ name }) => name)].flatMap((name) => board.node(name) ?? []);
    const found = chooseNext(board, demand, placed);
    if (found === null) return { added, refusal: explainRefusal(board, demand, placed) };
    added.push(found);
  }
  return { added, refusal: null };
}

function chooseNext(
  board: PlacementBoard,
  demand: StreamDemand,
  placed: readonly PlacementNode[],
): PlacedReplica | null {
  const hosts = new Set(placed.map(({ host }) => host));
  for (const region of allowedRegions(board, demand, placed)) {
    const candidates = board.candidates(region, demand.stream, hosts);
    const choice = chooseUnderLimit(candidates, board.demand(region, demand.cost));
    if (choice !== null) return { ...choice, region };
  }
  return null;
}

/** Regions without a replica, or all when there is only one region; the publisher's first, then the key's order. */
function allowedRegions(
  board: PlacementBoard,
  { stream, region: home }: StreamDemand,
  placed: readonly PlacementNode[],
): string[] {
  const order = rendezvousOrder(stream, board.regions).map(({ name }) => name);
  const homeFirst = order.includes(home) ? [home, ...order.filter((name) => name !== home)] : order;
  if (homeFirst.length === 1) return homeFirst;
  const taken = new Set(placed.map(({ region }) => region));
  return homeFirst.filter((name) => !taken.has(name));
}

function explainRefusal(
  board: PlacementBoard,
  demand: StreamDemand,
  placed: readonly PlacementNode[],
): Refusal {
  const regions = allowedRegions(board, demand, placed);
  const facts = { stream: demand.stream, replica: placed.length + 1, regions };
  if (board.nodes.length === 0) return { ...facts, kind: 'no-nodes' };
  const hosts = new Set(placed.map(({ host }) => host));
  const open = board.nodes.filter((node) => regions.includes(node.region) && !hosts.has(node.host));
  const rooms = open.map(({ name, capacity }) => ({ name, capacity, room: capacity - board.load(name) }));
  const [first, ...others] = rooms;
  if (first === undefined) return { ...facts, kind: 'no-other-host', hosts: [...hosts] };
  const roomiest = others.reduce((best, one) => (one.room > best.room ? one : best), first);
  return { ...facts, kind: 'no-capacity', cost: demand.cost, roomiest };
}
