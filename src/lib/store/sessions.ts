/** Publish sessions, as the store has them: who publishes which stream now, at most one session for each region. */
import { parseRecord, type SessionRecord } from './records.ts';
import { runScript } from './run-script.ts';
import { CLOSE_SESSION, OPEN_SESSION, REFRESH_SESSION } from './scripts/sessions.ts';
import type { Store } from './store.ts';

/** A session that nobody refreshes for so long is gone: its ingest node died with its agent. */
export const SESSION_TTL_MS = 10_000;

export type OpenOutcome =
  | {
      readonly kind: 'opened';
      /** As it was opened: its id may be greater than the one asked for. */
      readonly session: SessionRecord;
      /** The oldest session of the stream: this one, or another region's, to which this one is the reserve. */
      readonly oldest: SessionRecord;
    }
  /** The live session of another client of the same region. */
  | { readonly kind: 'in-use'; readonly by: SessionRecord };

/** Which session of the region is known to be dead: the new one takes its place. */
export interface OpenOptions {
  readonly insteadOf?: Pick<SessionRecord, 'node' | 'client'>;
}

/** Clocks of nodes may differ, and regions may open at the same moment: few rounds settle who is younger. */
const ATTEMPTS = 5;

/** Opens a session as the youngest of its stream, or tells who stands in the way. */
export async function openSession(
  store: Store,
  asked: SessionRecord,
  { insteadOf }: OpenOptions = {},
): Promise<OpenOutcome> {
  let session = asked;
  for (let attempt = 1; ; attempt++) {
    const reply = await runScript(store, OPEN_SESSION, {
      ...callOf(store, session),
      args: [
        JSON.stringify(session),
        SESSION_TTL_MS,
        insteadOf === undefined ? '' : `${insteadOf.node} ${insteadOf.client}`,
      ],
    });
    const [kind, text] = reply as [string, string];
    if (kind === 'opened') return { kind, session, oldest: parseRecord<SessionRecord>(text) ?? session };
    const inWay = kind === 'in-use' ? parseRecord<SessionRecord>(text) : null;
    if (kind === 'in-use' || attempt === ATTEMPTS) return { kind: 'in-use', by: inWay ?? session };
    session = { ...session, sessionId: Number(text) + 1 };
  }
}

/** Keeps a session alive for SESSION_TTL_MS more; returns false when another client's of its region is live. */
export async function refreshSession(store: Store, session: SessionRecord): Promise<boolean> {
  const kept = await runScript(store, REFRESH_SESSION, {
    ...callOf(store, session),
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
    ...callOf(store, owner),
    args: [owner.node, owner.client],
  });
  return closed === 1;
}

function callOf({ keys }: Store, { node, stream }: SessionOwner) {
  return { by: node, stream, keys: [keys.session(stream), keys.regionSessions(stream)] };
}
