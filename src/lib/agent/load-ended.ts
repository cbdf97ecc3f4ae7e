/**
 * What the audit trail says was ended for good. That a record is missing proves nothing (the store may have been emptied);
 * an entry that says so does.
 */
import { loadEvents } from '../store/load-events.ts';
import type { Store } from '../store/store.ts';

/** As many as the trail keeps, about. */
const EVENTS = 1000;

/** Streams of which the last word is that they were removed. */
export async function loadRemovedStreams(store: Store): Promise<ReadonlySet<string>> {
  const removed = new Set<string>();
  for (const { what, stream } of await loadEvents(store, EVENTS)) {
    if (what === 'stream-removed') removed.add(stream);
    else if (what === 'stream-added') removed.delete(stream);
  }
  return removed;
}

/** Ids of the keys that were ended. */
export async function loadEndedKeys(store: Store): Promise<ReadonlySet<string>> {
  const events = await loadEvents(store, EVENTS);
  return new Set(events.filter(({ what }) => what === 'key-ended').map(({ subject }) => subject));
}
