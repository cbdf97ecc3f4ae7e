/**
 * Which streams move, and why, when members change or when there is room again.
 *
 * Streams stay where they are unless there is a reason: a plan names only
 *   `evacuate`  its node is no member any more
 *   `home`      a member earlier in its walk can take it
 *   `relief`    its node is so full that none of its streams would be placed there now
 *
 * Every plan ends: a relief never fills a node above its limit, and each move home brings a stream nearer to its owner.
 * The moves are in an order in which they can be applied one by one. The board given is not changed.
 */
import { type Candidate, chooseUnderLimit, loadLimit } from './bounded-load.ts';
import { type Placement, PlacementBoard, type PlacementNode } from './placement-board.ts';
import { planReplicas, type Refusal } from './plan-replicas.ts';

export interface Move {
  readonly stream: string;
  readonly from: string;
  readonly to: string;
  readonly why: 'evacuate' | 'home' | 'relief';
}

export interface MovePlan {
  readonly moves: readonly Move[];
  /** Replicas that nobody can take. */
  readonly refusals: readonly { readonly stream: string; readonly refusal: Refusal }[];
  /** The board as it is once all moves are made. */
  readonly after: PlacementBoard;
  /** Greatest load over the mean of its region, relative to weight. */
  readonly maxOverMean: { readonly before: number; readonly after: number };
}

/** Whether a stream's replica must stay on a member. */
export type Fixed = (stream: string, node: string) => boolean;

/**
 * Plans a change of members or weights. Streams leave nodes that are gone, go home to nodes that are new or heavier,
 * leave nodes that are lighter when an earlier one has room, and relieve nodes that the change made too full; no other
 * stream moves.
 */
export function planMembership(
  before: PlacementBoard,
  nodes: readonly PlacementNode[],
  fixed: Fixed = () => false,
): MovePlan {
  const after = copyBoard(before, nodes);
  const evacuated = evacuate(after);
  const changed = changedNodes(before.nodes, nodes);
  const wanted = (from: string, to: string): boolean => changed.has(from) || changed.has(to);
  const home = moveHome(after, { limit: Number.POSITIVE_INFINITY, wanted, fixed });
  const moves = [...evacuated.moves, ...home, ...relieve(after, fixed)];
  return finish({ before, after, moves, refusals: evacuated.refusals });
}

/** Plans the way back of streams that were pushed aside, at most `limit` moves, the smallest streams first. */
export function planRebalance(
  board: PlacementBoard,
  limit: number = Number.POSITIVE_INFINITY,
  fixed: Fixed = () => false,
): MovePlan {
  const after = copyBoard(board, board.nodes);
  const relief = relieve(after, fixed).slice(0, limit);
  const settled = relief.length < limit ? after : applyMoves(copyBoard(board, board.nodes), relief);
  const home = moveHome(settled, { limit: limit - relief.length, wanted: () => true, fixed });
  const moves = [...relief, ...home];
  return finish({ before: board, after: settled, moves, refusals: [] });
}

/** Greatest load of a node over the mean of its region, both relative to weight; 1 when nothing is placed. */
export function maxOverMean(board: PlacementBoard): number {
  let max = 0;
  for (const { name, region, weight } of board.nodes) {
    const { total, totalWeight } = board.demand(region, 0);
    if (total > 0) max = Math.max(max, board.load(name) / weight / (total / totalWeight));
  }
  return max === 0 ? 1 : max;
}

function finish(plan: Omit<MovePlan, 'maxOverMean'> & { readonly before: PlacementBoard }): MovePlan {
  const { before, ...rest } = plan;
  return { ...rest, maxOverMean: { before: maxOverMean(before), after: maxOverMean(plan.after) } };
}

function copyBoard(board: PlacementBoard, nodes: readonly PlacementNode[]): PlacementBoard {
  const copy = new PlacementBoard(nodes, board.balance);
  for (const placement of board.placements.values()) copy.put(placement);
  return copy;
}

function applyMoves(board: PlacementBoard, moves: readonly Move[]): PlacementBoard {
  for (const move of moves) applyMove(board, move);
  return board;
}

function applyMove(board: PlacementBoard, { stream, from, to }: Move): void {
  const placement = board.placements.get(stream)!;
  board.put({ ...placement, nodes: placement.nodes.map((node) => (node === from ? to : node)) });
}

/** Members that are new, gone, or of another weight. */
function changedNodes(before: readonly PlacementNode[], after: readonly PlacementNode[]): Set<string> {
  const weights = new Map(before.map(({ name, weight }) => [name, weight]));
  const changed = new Set<string>();
  for (const { name, weight } of after) {
    if (weights.get(name) !== weight) changed.add(name);
    weights.delete(name);
  }
  for (const gone of weights.keys()) changed.add(gone);
  return changed;
}

/** Streams in the order in which they are moved, the same for everybody: the cheapest first, then by name. */
function inOrder(board: PlacementBoard): Placement[] {
  return [...board.placements.values()].sort(
    (a, b) => a.cost - b.cost || (a.stream < b.stream ? -1 : Number(a.stream > b.stream)),
  );
}

function evacuate(board: PlacementBoard): Pick<MovePlan, 'moves' | 'refusals'> {
  const moves: Move[] = [];
  const refusals: { stream: string; refusal: Refusal }[] = [];
  for (const placement of inOrder(board).toReversed()) {
    const kept = placement.nodes.filter((name) => board.node(name) !== undefined);
    const lost = placement.nodes.filter((name) => board.node(name) === undefined);
    if (lost.length === 0) continue;
    const { added, refusal } = planReplicas(board, placement, { replicas: placement.nodes.length, kept });
    for (const [index, { name }] of added.entries()) {
      moves.push({ stream: placement.stream, from: lost[index]!, to: name, why: 'evacuate' });
    }
    if (refusal !== null) refusals.push({ stream: placement.stream, refusal });
    board.put({
      ...placement,
      nodes: replace(
        placement.nodes,
        lost,
        added.map(({ name }) => name),
      ),
    });
  }
  return { moves, refusals };
}

/** The nodes with each lost one replaced in its place; those without a replacement fall out. */
function replace(nodes: readonly string[], lost: readonly string[], found: readonly string[]): string[] {
  return nodes.flatMap((node) => {
    const index = lost.indexOf(node);
    return index < 0 ? [node] : found.slice(index, index + 1);
  });
}

interface HomeWish {
  /** Moves at most. */
  readonly limit: number;
  readonly wanted: (from: string, to: string) => boolean;
  readonly fixed: Fixed;
}

/** Moves streams to earlier members of their walk that are below their limit, and records it on the board. */
function moveHome(board: PlacementBoard, { limit, wanted, fixed }: HomeWish): Move[] {
  const moves: Move[] = [];
  for (let last = -1; last !== moves.length && moves.length < limit; ) {
    last = moves.length;
    for (const placement of inOrder(board)) {
      for (const from of placement.nodes) {
        if (fixed(placement.stream, from)) continue;
        const suits = (to: string): boolean => wanted(from, to);
        const to = moves.length < limit ? earlierNode(board, { placement, from, suits }) : null;
        if (to === null) continue;
        moves.push({ stream: placement.stream, from, to, why: 'home' });
        applyMove(board, moves.at(-1)!);
        break;
      }
    }
  }
  return moves;
}

interface Seat {
  readonly placement: Placement;
  readonly from: string;
  readonly suits: (to: string) => boolean;
}

function earlierNode(board: PlacementBoard, { placement, from, suits }: Seat): string | null {
  const node = board.node(from);
  if (node === undefined) return null;
  const walk = board.candidates(node.region, placement.stream, otherHosts(board, placement, from));
  const earlier = walk.slice(
    0,
    walk.findIndex(({ name }) => name === from),
  );
  return chooseRoom(
    board,
    placement,
    earlier.filter(({ name }) => suits(name)),
  );
}

/** The first of these candidates, all of one region, that is below its limit; null when all are full. */
function chooseRoom(
  board: PlacementBoard,
  { cost }: Placement,
  candidates: readonly Candidate[],
): string | null {
  const region = board.node(candidates[0]?.name ?? '')?.region;
  if (region === undefined) return null;
  const demand = board.demand(region, cost);
  const choice = chooseUnderLimit(candidates, { ...demand, total: demand.total - cost });
  return choice === null || choice.overLimit ? null : choice.name;
}

function otherHosts(board: PlacementBoard, placement: Placement, from: string): Set<string> {
  const others = placement.nodes.filter((name) => name !== from);
  return new Set(others.flatMap((name) => board.node(name)?.host ?? []));
}

/** Moves streams, the costliest first, away from nodes that are above their limit even without the one moved. */
function relieve(board: PlacementBoard, fixed: Fixed): Move[] {
  const moves: Move[] = [];
  for (const { name: from, region, weight } of board.nodes) {
    const limit = loadLimit(board.demand(region, 0), weight);
    if (board.load(from) < limit) continue;
    const own = inOrder(board).filter(({ stream, nodes }) => nodes.includes(from) && !fixed(stream, from));
    for (const placement of own.toReversed()) {
      if (board.load(from) - placement.cost < limit) break;
      const hosts = otherHosts(board, placement, from);
      const others = board.candidates(region, placement.stream, hosts).filter(({ name }) => name !== from);
      const to = chooseRoom(board, placement, others);
      if (to === null) continue;
      moves.push({ stream: placement.stream, from, to, why: 'relief' });
      applyMove(board, moves.at(-1)!);
    }
  }
  return moves;
}
