/** A ring with streams placed as the script would, for tests of what is shown of it. */
import type { RingFacts } from '../../src/lib/membership/locate-stream.ts';
import { createBoard } from '../../src/lib/placement/board.ts';
import { planReplicas } from '../../src/lib/ring/plan-replicas.ts';
import type { PlacementRecord, RingRecord } from '../../src/lib/store/ring-records.ts';

export interface PlacedStream {
  readonly stream: string;
  /** In thousandths. */
  readonly cost: number;
}

/** Places the streams one after the other; publishers are in the first region. */
export function placeAll(ring: RingRecord, streams: readonly PlacedStream[]): RingFacts {
  const region = ring.nodes[0]?.region ?? '';
  const placements = new Map<string, PlacementRecord>();
  for (const { stream, cost } of streams) {
    const { added } = planReplicas(createBoard(ring, placements.values()), { stream, cost, region }, ring);
    const replicas = added.map(({ name }) => name);
    placements.set(stream, {
      version: 1,
      stream,
      cost,
      region,
      epoch: ring.epoch,
      replicas,
      move: null,
      createdMs: 0,
    });
  }
  return { ring, placements, loads: sumLoads(placements.values()), planned: [], refusals: [] };
}

function sumLoads(placements: Iterable<PlacementRecord>): Map<string, number> {
  const loads = new Map<string, number>();
  for (const { replicas, cost } of placements) {
    for (const node of replicas) loads.set(node, (loads.get(node) ?? 0) + cost);
  }
  return loads;
}
