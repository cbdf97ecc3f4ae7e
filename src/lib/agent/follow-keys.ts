/** Keeps the agent's knowledge of stream keys in step with the store's, and the store's with the agent's. */
import { loadKeys } from '../store/load-streams.ts';
import type { KeyRecord } from '../store/records.ts';
import { restoreKeys } from '../store/stream-records.ts';
import type { AgentState } from './agent-state.ts';
import { loadAuditTrail } from './audit-trail.ts';

/** A word that a key has changed may be missed: this often they are counted, which costs next to nothing. */
const COUNT_EVERY_MS = 5000;
/** And this often they are read in any case: 20,000 cost a tenth of a second. */
const READ_EVERY_MS = 60_000;

/**
 * Reads the keys when they changed. One that this agent read before and that is missing now was ended, if the audit trail
 * says so or does not go back that far; otherwise the store lost it, and gets it back: encoders come again with the keys
 * that they have.
 */
export async function followKeys(state: AgentState): Promise<void> {
  const { clock, store, config, log } = state.deps;
  if (!(await mustRead(state))) return;
  const nowMs = clock.nowMs();
  state.keysChanged = false;
  const found = await loadKeys(store);
  const lost = await findLost(state, found);
  if (lost.size > 0) {
    const count = await restoreKeys(store, lost, config.node.name);
    if (count > 0) log.warn({ count }, 'put back stream keys that the store had lost');
  }
  state.known.takeKeys(new Map([...found, ...lost]));
  state.keysReadMs = nowMs;
  state.keysCountedMs = nowMs;
}

async function mustRead(state: AgentState): Promise<boolean> {
  const { clock, store } = state.deps;
  const nowMs = clock.nowMs();
  if (state.keysChanged || nowMs - state.keysReadMs >= READ_EVERY_MS) return true;
  if (nowMs - state.keysCountedMs < COUNT_EVERY_MS) return false;
  state.keysCountedMs = nowMs;
  return (await store.redis.hlen(store.keys.keys)) !== state.known.keys.size;
}

async function findLost(
  { known, keysReadMs, deps }: AgentState,
  found: ReadonlyMap<string, KeyRecord>,
): Promise<ReadonlyMap<string, KeyRecord>> {
  const missing = [...known.keys].filter(([hash]) => !found.has(hash));
  // What only a former run of the agent knew may be long out of date.
  if (missing.length === 0 || keysReadMs === 0) return new Map();
  const trail = await loadAuditTrail(deps.store);
  if (!trail.covers(keysReadMs)) return new Map();
  return new Map(missing.filter(([, { keyId }]) => !trail.endedKeys.has(keyId)));
}
