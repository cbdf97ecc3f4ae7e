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

/** Why a stream gets no (further) replica: what is lacking, and what would cure it. */
export interface Refusal {
  readonly kind: 'no-nodes' | 'no-other-host' | 'no-capacity';
  readonly lack: string;
  readonly cure: string;
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
    if (found === null) return { added, refusal: wordRefusal(board, demand, placed) };
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

function wordRefusal(board: PlacementBoard, demand: StreamDemand, placed: readonly PlacementNode[]): Refusal {
  const { stream, cost } = demand;
  const what = `replica ${placed.length + 1} of ${stream}`;
  if (board.nodes.length === 0) {
    return { kind: 'no-nodes', lack: `${what}: there is no origin node`, cure: 'Add an origin node.' };
  }
  const regions = allowedRegions(board, demand, placed);
  const hosts = new Set(placed.map(({ host }) => host));
  const open = board.nodes.filter((node) => regions.includes(node.region) && !hosts.has(node.host));
  const where = regions.length === 0 ? 'another region' : `region ${regions.join(' or ')}`;
  if (open.length === 0) {
    const lack = `${what}: no origin node in ${where} is on another host than ${[...hosts].join(', ')}`;
    return { kind: 'no-other-host', lack, cure: `Add an origin node on another host in ${where}.` };
  }
  const room = (node: PlacementNode): number => node.capacity - board.load(node.name);
  const roomiest = open.reduce((best, node) => (room(node) > room(best) ? node : best));
  const short = formatCost(cost - room(roomiest));
  return {
    kind: 'no-capacity',
    lack:
      `${what} costs ${formatCost(cost)}, and no origin node in ${where} has that left: ` +
      `${roomiest.name} has most, ${formatCost(room(roomiest))} of ${formatCost(roomiest.capacity)}`,
    cure:
      `Add an origin node in ${where}, or free ${short} on ${roomiest.name}: ` +
      'end a stream there, or take a rendition out of the ladder.',
  };
}

function formatCost(cost: number): string {
  return String(Math.round(cost * 100) / 100);
}
