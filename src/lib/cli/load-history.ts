import { loadClusterRecord, viewOf } from '../nodes/cluster-view.ts';
import { loadNotes } from '../provision/operation/journal.ts';
import { type HistoryEntry, mergeHistory } from '../provision/operation/merge-history.ts';
import { loadEvents } from '../store/load-events.ts';
import { loadOperations } from '../store/operations.ts';
import { loadRingHistory } from '../store/ring.ts';
import { type LockPlace, loadLockState } from './lock-action.ts';
import { useStore } from './use-store.ts';

/** What `history --json` prints. */
export interface History {
  readonly cluster: string;
  /** Oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** `away`: then it is what this machine did. */
  readonly store: 'answers' | 'away';
}

/** So much of the audit trail is looked through: most of it is what publishers did. */
const EVENTS = 1000;

/** Loads the newest entries of a cluster's history. Throws nothing because of a store that is away. */
export async function loadHistory(place: LockPlace, count: number): Promise<History> {
  const { name, dir } = place;
  const [journal, lock, record] = await Promise.all([
    loadNotes(dir),
    loadLockState(place),
    loadClusterRecord(dir).catch(() => null),
  ]);
  const found =
    record === null || lock.store === 'away'
      ? null
      : await useStore(viewOf(record, dir), async (store) => {
          const [stored, ring, events] = await Promise.all([
            // Each command has two lines.
            loadOperations(store, 2 * count),
            loadRingHistory(store, count),
            loadEvents(store, EVENTS),
          ]);
          return { stored, ring, events };
        }).catch(() => null);
  const holders = [lock.here?.id, lock.lease?.id].filter((id) => id !== undefined);
  const { stored, ring, events } = found ?? { stored: [], ring: [], events: [] };
  const entries = mergeHistory({ journal, holders, stored, ring, events }).slice(-count);
  return { cluster: name, entries, store: found === null ? 'away' : 'answers' };
}
