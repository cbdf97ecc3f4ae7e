/** What operators did to the cluster as a whole, from any machine: beside the audit trail, so that no publisher pushes it out. */
import type { CiRun } from './operator-lease.ts';
import { parseRecord } from './records.ts';
import type { Store } from './store.ts';
import type { StoreReader } from './store-reader.ts';

/** One line of the journal: a command that began, or ended. */
export interface OperationNote {
  /** The same for both lines of one command. */
  readonly id: string;
  readonly atMs: number;
  readonly phase: 'begun' | 'ended';
  readonly who: string;
  readonly host: string;
  readonly ci: CiRun | null;
  /** `streamctl up`. */
  readonly command: string;
  /** How it ended; null of one that begins. */
  readonly result: 'done' | 'failed' | 'interrupted' | null;
  /** What it came to: what was done, or why it failed; empty of one that begins. */
  readonly text: string;
}

/** So many lines are kept at least. */
const KEPT = 1000;

/** Adds lines to the journal in the store. */
export async function recordOperations(store: Store, notes: readonly OperationNote[]): Promise<void> {
  for (const note of notes) {
    await store.redis.xadd(store.keys.operations, 'MAXLEN', '~', KEPT, '*', 'note', JSON.stringify(note));
  }
}

/** The newest lines of the journal in the store, oldest first. */
export async function loadOperations(store: StoreReader, count: number): Promise<readonly OperationNote[]> {
  const entries = await store.redis.xrevrange(store.keys.operations, '+', '-', 'COUNT', count);
  return entries
    .toReversed()
    .map(([, fields]) => parseRecord<OperationNote>(fields[fields.indexOf('note') + 1]))
    .filter((note) => note !== null);
}
