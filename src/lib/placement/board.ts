import { PlacementBoard, type PlacementNode } from '../ring/placement-board.ts';
import type { PlacementRecord, RingRecord } from '../store/ring-records.ts';

/** The nodes of a ring that can be planned with: draining ones are leaving. */
export function boardNodes(ring: RingRecord): PlacementNode[] {
  return ring.nodes
    .filter(({ state }) => state === 'active')
    .map(({ name, region, host, weight, capacity }) => {
      return { name, region, host, weight, capacity: capacity ?? Number.POSITIVE_INFINITY };
    });
}

/** A board to plan moves on: the active nodes, and every placement as it is once the moves under way are done. */
export function createBoard(ring: RingRecord, placements: Iterable<PlacementRecord>): PlacementBoard {
  const board = new PlacementBoard(boardNodes(ring), ring.balance);
  for (const { stream, cost, region, replicas, move } of placements) {
    const nodes = replicas.map((node) => (node === move?.from ? move.to : node));
    board.put({ stream, cost, region, nodes });
  }
  return board;
}
