/** Lets publishers in or refuses them: answers nginx's hooks. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Peer } from '../nodes/node-config.ts';
import { type KeyRecord, parseRecord, type SessionRecord } from '../store/records.ts';
import { closeSession, openSession } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { hashStreamKey } from '../store/stream-key.ts';
import { listContributions, openContribution } from './contribution-client.ts';
import type { KnownState } from './known-state.ts';

/** The fields of nginx's hooks that count. `name` is the stream key: it must go nowhere. */
export interface HookForm {
  readonly name: string;
  readonly clientAddress: string;
  /** nginx's number of the connection. */
  readonly clientId: string;
}

export interface AdmissionDeps {
  readonly node: Peer;
  readonly store: Store;
  readonly known: () => KnownState;
  readonly clock: Clock;
  readonly log: Logger;
}

export type Verdict = { readonly admitted: string } | { readonly refused: 'wrongKey' | 'inUse' | 'notReady' };

/** Returns how this node tells a publisher's connection from others. */
export function clientOf(form: HookForm): string {
  return `${form.clientAddress}#${form.clientId}`;
}

/** Judges a publisher by its key and, if it may come in, opens its session before it does. */
export async function admit(form: HookForm, deps: AdmissionDeps): Promise<Verdict> {
  const key = await findKey(form.name, deps);
  if (key === null) return { refused: 'wrongKey' };
  const session: SessionRecord = {
    stream: key.stream,
    sessionId: Math.round(deps.clock.nowMs()),
    node: deps.node.name,
    client: clientOf(form),
    clientAddress: form.clientAddress,
    keyId: key.keyId,
  };
  if (!(await claim(session, deps))) return { refused: 'inUse' };
  if (await openContribution(deps.node, session)) return { admitted: key.stream };
  deps.log.error({ stream: key.stream }, 'refused a publisher: the contribution daemon does not answer');
  await closeSession(deps.store, session).catch(() => false);
  return { refused: 'notReady' };
}

/** The store's word on a key; what was known before when the store is away. */
async function findKey(key: string, deps: AdmissionDeps): Promise<KeyRecord | null> {
  const hash = hashStreamKey(key, deps.store.keySecret);
  try {
    return parseRecord<KeyRecord>(await deps.store.redis.hget(deps.store.keys.keys, hash));
  } catch {
    return deps.known().keys.get(hash) ?? null;
  }
}

async function claim(session: SessionRecord, deps: AdmissionDeps): Promise<boolean> {
  try {
    return (await openSession(deps.store, session)) === null;
  } catch {
    const local = (await listContributions(deps.node)) ?? [];
    return local.every((live) => live.stream !== session.stream);
  }
}
