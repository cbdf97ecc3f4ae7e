/**
 * What the audit trail proves. That a record is missing proves nothing by itself, since the store may have been emptied; an
 * entry that says so does, and so does its absence in a trail that goes back far enough.
 */
import { loadEvents } from '../store/load-events.ts';
import type { AuditEvent } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** The trail keeps at least so many entries. */
const KEPT = 1000;
/** Entries have the clocks of those who wrote them. */
const CLOCKS_APART_MS = 2000;

export interface AuditTrail {
  /** Streams of which the last word is that they were removed. */
  readonly removedStreams: ReadonlySet<string>;
  /** Ids of the keys that were ended. */
  readonly endedKeys: ReadonlySet<string>;
  /** Whether everything that happened since then, Unix milliseconds, is in it. */
  covers(sinceMs: number): boolean;
}

/** Loads and reads the trail. */
export async function loadAuditTrail(store: Store): Promise<AuditTrail> {
  return readTrail(await loadEvents(store, KEPT));
}

/** Reads the newest entries, oldest first; fewer than the trail keeps are all that there ever were. */
export function readTrail(events: readonly AuditEvent[]): AuditTrail {
  const removedStreams = new Set<string>();
  const endedKeys = new Set<string>();
  for (const { what, stream, subject } of events) {
    if (what === 'stream-removed') removedStreams.add(stream);
    else if (what === 'stream-added') removedStreams.delete(stream);
    else if (what === 'key-ended') endedKeys.add(subject);
  }
  const [oldest] = events;
  const isWhole = events.length < KEPT || oldest === undefined;
  const covers = (sinceMs: number): boolean => isWhole || oldest.atMs + CLOCKS_APART_MS <= sinceMs;
  return { removedStreams, endedKeys, covers };
}
