/** Publish sessions, as the store has them: who publishes which stream now. */
import { parseRecord, type SessionRecord } from './records.ts';
import { runScript } from './run-script.ts';
import { CLOSE_SESSION, OPEN_SESSION, REFRESH_SESSION } from './scripts.ts';
import type { Store } from './store.ts';

/** A session that nobody refreshes for so long is gone: its ingest node died with its agent. */
export const SESSION_TTL_MS = 10_000;

/** Opens a session; returns null, or the live session of another client that stands in the way. */
export async function openSession(store: Store, session: SessionRecord): Promise<SessionRecord | null> {
  const live = await runScript(store, OPEN_SESSION, {
    by: session.node,
    stream: session.stream,
    keys: [store.keys.session(session.stream)],
    args: [JSON.stringify(session), SESSION_TTL_MS],
  });
  return parseRecord<SessionRecord>(live as string | null);
}

/** Keeps a session alive for SESSION_TTL_MS more; returns false when another client's is live. */
export async function refreshSession(store: Store, session: SessionRecord): Promise<boolean> {
  const kept = await runScript(store, REFRESH_SESSION, {
    by: session.node,
    stream: session.stream,
    keys: [store.keys.session(session.stream)],
    args: [JSON.stringify(session), SESSION_TTL_MS],
  });
  return kept === 1;
}

export interface SessionOwner {
  readonly stream: string;
  readonly node: string;
  readonly client: string;
}

/** Closes the session when it is this client's; returns whether it was. */
export async function closeSession(store: Store, owner: SessionOwner): Promise<boolean> {
  const closed = await runScript(store, CLOSE_SESSION, {
    by: owner.node,
    stream: owner.stream,
    keys: [store.keys.session(owner.stream)],
    args: [owner.node, owner.client],
  });
  return closed === 1;
}
