/** Streams whose replicas came to lie in one region while another was away, and where they should go. Pure. */
import type { PlacementBoard } from '../ring/placement-board.ts';
import { planReplicas } from '../ring/plan-replicas.ts';

export interface SpreadMove {
  readonly stream: string;
  readonly from: string;
  readonly to: string;
  readonly why: 'home';
}

/**
 * Plans to bring replicas that share a region to regions that have none, as placing anew would; records it on the board.
 * `fixed` says which replicas must stay.
 */
export function planSpread(
  board: PlacementBoard,
  fixed: (stream: string, node: string) => boolean = () => false,
): SpreadMove[] {
  const moves: SpreadMove[] = [];
  if (board.regions.length < 2) return moves;
  for (const placement of [...board.placements.values()]) {
    const { stream, nodes } = placement;
    const regions = nodes.map((node) => board.node(node)?.region);
    const from = nodes.findLast(
      (node, at) => regions[at] !== undefined && regions.indexOf(regions[at]) < at && !fixed(stream, node),
    );
    if (from === undefined) continue;
    board.take(stream);
    const kept = nodes.filter((node) => node !== from);
    board.put({ ...placement, nodes: kept });
    const [found] = planReplicas(board, placement, { replicas: nodes.length, kept }).added;
    board.put({ ...placement, nodes: nodes.map((node) => (node === from ? (found?.name ?? from) : node)) });
    if (found !== undefined) moves.push({ stream, from, to: found.name, why: 'home' });
  }
  return moves;
}
