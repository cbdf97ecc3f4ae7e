/** Who changes a cluster and who left something half done: from this machine's journal and lock, and the store's. */
import type { OperationsFacts } from '../health/problems/cluster-facts.ts';
import { clusterLayout } from '../nodes/layout.ts';
import { findHolder, readStartTicks } from '../provision/lock.ts';
import { loadNotes } from '../provision/operation/journal.ts';
import { describePlace } from '../provision/operation/operator.ts';
import type { OperationNote } from '../store/operations.ts';
import type { OperatorLease } from '../store/operator-lease.ts';

/** What one place knows. */
export interface KnownOperations {
  /** Oldest first. */
  readonly notes: readonly OperationNote[];
  /** Id of the command that has the lock; null for none. */
  readonly holder: string | null;
}

/** Loads what this machine knows. */
export async function loadOperationsHere(clusterDir: string): Promise<KnownOperations> {
  const [notes, holder] = await Promise.all([
    loadNotes(clusterDir),
    findHolder(clusterLayout(clusterDir).lock),
  ]);
  return { notes, holder: holder === null ? null : (holder.id ?? 'unknown') };
}

/** Id of the holder of a lease; null when it is a process of this machine that is gone, whose lease need not be waited for. */
export async function holderOf(lease: OperatorLease | null): Promise<string | null> {
  if (lease === null) return null;
  const isHere = lease.takenFrom === undefined && lease.place === (await describePlace());
  return isHere && (await readStartTicks(lease.pid)) !== lease.startTicks ? null : lease.id;
}

/** Commands that change machines; what the ring's began, the controller ends. */
const CHANGES_NODES = /^(streamctl )?(up|quickstart|region|secrets)\b/;

/** Judges what is known here and in the store together. Pure. */
export function judgeOperations(here: KnownOperations, stored: KnownOperations): OperationsFacts {
  const notes = [...stored.notes, ...here.notes].filter(({ command }) => CHANGES_NODES.test(command));
  const begun = notes
    .filter(({ phase }) => phase === 'begun')
    .toSorted((one, other) => one.atMs - other.atMs)
    .at(-1);
  const end = notes.find(({ phase, id }) => phase === 'ended' && id === begun?.id);
  const isBusy = here.holder !== null || stored.holder !== null;
  if (begun === undefined || end?.result === 'done' || end?.result === 'failed')
    return { isBusy, unfinished: null };
  const { command, who, host, atMs } = begun;
  return { isBusy, unfinished: { command, who, host, atMs, step: end?.text ?? '' } };
}
