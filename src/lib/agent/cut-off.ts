/** Ends publishers whose key has been ended while they were connected. */
import type { AgentState } from './agent-state.ts';
import { loadAuditTrail } from './audit-trail.ts';

/** nginx asks about each publisher every second; who it has not asked about for so long is gone. */
const FORGET_MS = 30_000;

/**
 * Finds the publishers of this node whose key was ended since they were let in, takes their media away at once, and notes
 * them: nginx hangs up on them when it asks next. Throws when the store goes away meanwhile.
 */
export async function cutOffEndedKeys(state: AgentState): Promise<void> {
  const { cutOff, sessions, known, deps } = state;
  const nowMs = deps.clock.nowMs();
  for (const [client, sinceMs] of cutOff) if (nowMs - sinceMs > FORGET_MS) cutOff.delete(client);
  const doubtful = sessions.local.filter(({ keyId }) => !known.keyIds.has(keyId));
  if (doubtful.length === 0) return;
  const trail = await loadAuditTrail(deps.store);
  const isEnded = (keyId: string, sessionId: number): boolean =>
    trail.endedKeys.has(keyId) || !trail.covers(sessionId);
  for (const session of doubtful.filter(({ keyId, sessionId }) => isEnded(keyId, sessionId))) {
    const { stream, client, keyId } = session;
    deps.log.warn({ stream, keyId, from: session.clientAddress }, 'publisher cut off: its key was ended');
    cutOff.set(client, nowMs);
    await sessions.end(session);
  }
}
