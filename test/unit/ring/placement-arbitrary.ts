/** Random clusters and streams for the properties of placement. */
import fc from 'fast-check';
import type { PlacementBoard, PlacementNode, StreamDemand } from '../../../src/lib/ring/placement-board.ts';
import { planReplicas } from '../../../src/lib/ring/plan-replicas.ts';

/** Nodes of one to three regions, weights 1 to 4, a host each, no capacity given. */
export function nodesArbitrary(regions: number, minNodes = 2): fc.Arbitrary<PlacementNode[]> {
  const weights = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: minNodes, maxLength: 7 });
  return fc
    .array(weights, { minLength: regions, maxLength: regions })
    .map((perRegion) =>
      perRegion.flatMap((list, region) => list.map((weight, at) => createNode(`r${region}-${at}`, weight))),
    );
}

export function createNode(name: string, weight = 1, capacity = Number.POSITIVE_INFINITY): PlacementNode {
  return { name, weight, capacity, host: `host-of-${name}`, region: name.split('-')[0]! };
}

/** Streams of the costs given by `cost`, published in region r0. */
export function streamsArbitrary(cost: fc.Arbitrary<number>, maxLength = 60): fc.Arbitrary<StreamDemand[]> {
  return fc
    .array(cost, { minLength: 1, maxLength })
    .map((costs) => costs.map((each, at) => ({ stream: `stream-${at}`, cost: each, region: 'r0' })));
}

/** Places the streams one after the other, as they come; those that are refused are left out. */
export function fillBoard(
  board: PlacementBoard,
  streams: readonly StreamDemand[],
  replicas: number,
): PlacementBoard {
  for (const demand of streams) {
    const { added, refusal } = planReplicas(board, demand, { replicas });
    if (refusal === null) board.put({ ...demand, nodes: added.map(({ name }) => name) });
  }
  return board;
}
