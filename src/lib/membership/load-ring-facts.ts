import { StreamctlError } from '../base/errors.ts';
import { loadPlannedMoves } from '../store/moves.ts';
import { loadLoads, loadPlacements, loadPlacementsOf, loadRefusals } from '../store/placements.ts';
import { loadRing } from '../store/ring.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { RingFacts } from './locate-stream.ts';

/** Reads the ring and what is placed by it, of these streams or of all. Throws NOT_RUNNING when there is no ring. */
export async function loadRingFacts(reader: StoreReader, streams?: readonly string[]): Promise<RingFacts> {
  const [ring, placements, loads, planned, refusals] = await Promise.all([
    loadRing(reader),
    streams === undefined ? loadPlacements(reader) : loadPlacementsOf(reader, streams),
    loadLoads(reader),
    loadPlannedMoves(reader),
    loadRefusals(reader),
  ]);
  if (ring !== null) return { ring, placements, loads, planned, refusals };
  throw new StreamctlError('NOT_RUNNING', 'the cluster has no ring yet', {
    hint: 'Run streamctl up: it makes the ring of the nodes in the spec.',
  });
}
