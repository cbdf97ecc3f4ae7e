import { loadVerdicts } from '../store/controller-lease.ts';
import { loadPlannedMoves } from '../store/moves.ts';
import { loadPlacements } from '../store/placements.ts';
import { loadRing } from '../store/ring.ts';
import type { PlacementRecord, PlannedMove, RingRecord } from '../store/ring-records.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { NO_RING } from './patch.ts';

/** What a change of the ring is planned on. */
export interface RingState {
  /** At epoch 0 when there is none. */
  readonly ring: RingRecord;
  readonly placements: readonly PlacementRecord[];
  /** Moves that have not begun, in their order. */
  readonly planned: readonly PlannedMove[];
  /** Nodes that the controller holds for down: nothing moves to them, and what was there is the controller's. */
  readonly down: ReadonlySet<string>;
}

/** Reads it all, the ring first: what is read later may be newer, and a write on that ring's epoch then fails. */
export async function loadRingState(reader: StoreReader): Promise<RingState> {
  const ring = (await loadRing(reader)) ?? NO_RING;
  const [placements, planned, verdicts] = await Promise.all([
    loadPlacements(reader),
    loadPlannedMoves(reader),
    loadVerdicts(reader),
  ]);
  const down = [...verdicts.values()].filter(({ state }) => state === 'down').map(({ node }) => node);
  return { ring, placements: [...placements.values()], planned, down: new Set(down) };
}
