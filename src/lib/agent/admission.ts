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
import type { PlaceResult } from './place-publisher.ts';
import type { SessionSync } from './session-sync.ts';

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
  readonly known: KnownState;
  readonly sessions: Pick<SessionSync, 'noteOpened'>;
  /** Gives the stream its place. */
  readonly place: (stream: string) => Promise<PlaceResult>;
  readonly clock: Clock;
  readonly log: Logger;
}

export type Verdict =
  | { readonly admitted: string }
  | { readonly refused: 'wrongKey' | 'inUse' | 'noCapacity' | 'notReady' };

/** Returns how this node tells a publisher's connection from others. */
export function clientOf(form: HookForm): string {
  return `${form.clientAddress}#${form.clientId}`;
}

/** Judges a publisher by its key and, if it may come in, places its stream and opens its session before it does. */
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
  const why = await letIn(session, deps);
  if (why === null) return { admitted: key.stream };
  await closeSession(deps.store, session).catch(() => false);
  return { refused: why };
}

/** Does all that must be done before the publisher may send; returns why it may not. */
async function letIn(session: SessionRecord, deps: AdmissionDeps): Promise<'noCapacity' | 'notReady' | null> {
  const { stream } = session;
  const seat = await deps.place(stream);
  if (typeof seat === 'object') {
    const { lack, cure } = seat.refused;
    deps.log.error({ stream, lack, cure }, 'refused a publisher: no node has room for its stream');
    return 'noCapacity';
  }
  if (seat === 'unplaced') deps.log.warn({ stream }, 'nobody could place the stream: its owners will run it');
  if (await openContribution(deps.node, { ...session, placed: seat === 'placed' })) {
    deps.sessions.noteOpened(session);
    return null;
  }
  deps.log.error({ stream }, 'refused a publisher: the contribution daemon does not answer');
  return 'notReady';
}

/** The store's word on a key; what was known before when the store is away. */
async function findKey(key: string, deps: AdmissionDeps): Promise<KeyRecord | null> {
  const hash = hashStreamKey(key, deps.store.keySecret);
  try {
    return parseRecord<KeyRecord>(await deps.store.redis.hget(deps.store.keys.keys, hash));
  } catch {
    return deps.known.keys.get(hash) ?? null;
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
