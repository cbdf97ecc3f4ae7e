import type { ChangeRequest, ChangeResult } from '../../membership/change-ring.ts';
import type { PlannedMove } from '../../store/ring-records.ts';
import type { Store } from '../../store/store.ts';

/** What every workflow that changes the ring shares. */
export interface RingChangeContext {
  readonly store: Store;
  readonly signal: AbortSignal;
  /** Who changes the ring, and why. */
  readonly request: Pick<ChangeRequest, 'what' | 'who' | 'from' | 'reason' | 'knownEpoch'>;
  /** Filled by the step that changed the ring; null when there was nothing to change. */
  result: ChangeResult | null;
  /** Moves of an earlier run of the same command, which this one waits for. */
  pending: readonly Pick<PlannedMove, 'stream' | 'from' | 'to'>[];
}
