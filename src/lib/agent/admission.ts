/** Lets publishers in or refuses them: answers nginx's hooks. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Peer } from '../nodes/node-config.ts';
import { type KeyRecord, parseRecord, type SessionRecord } from '../store/records.ts';
import { closeSession, openSession } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { hashStreamKey } from '../store/stream-key.ts';
import { isGhost, listContributions, openContribution } from './contribution-client.ts';
import type { KnownState } from './known-state.ts';
import type { PlaceResult } from './place-publisher.ts';
import type { SessionSync } from './session-sync.ts';

/** The fields of nginx's hooks that count. `name` is the stream key: it must go nowhere. */
export interface HookForm {
  readonly name: string;
  readonly clientAddress: string;
  /** nginx's number of the connection. */
  readonly clientId: string;
  /** What the publisher says its RTMP timestamp 0 was, Unix milliseconds; null when it says nothing. */
  readonly epochMs: number | null;
}

export interface AdmissionDeps {
  readonly node: Peer;
  /** Every node of the cluster. */
  readonly peers: readonly Peer[];
  readonly store: Store;
  readonly known: KnownState;
  readonly sessions: Pick<SessionSync, 'noteOpened'>;
  /** Gives the stream its place; `region` is the home that it has or gets. */
  readonly place: (stream: string, region: string) => Promise<PlaceResult>;
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

/**
 * Judges a publisher by its key and, if it may come in, places its stream and opens its session before it does. One
 * publisher for each region: the second one's session is in reserve, and moves nothing.
 */
export async function admit(form: HookForm, deps: AdmissionDeps): Promise<Verdict> {
  const key = await findKey(form.name, deps);
  if (key === null) return { refused: 'wrongKey' };
  const session: SessionRecord = {
    stream: key.stream,
    sessionId: Math.round(deps.clock.nowMs()),
    node: deps.node.name,
    region: deps.node.region,
    client: clientOf(form),
    clientAddress: form.clientAddress,
    keyId: key.keyId,
  };
  const claimed = await claim(session, deps);
  if (claimed === null) return { refused: 'inUse' };
  const why = await letIn(claimed, { epochMs: form.epochMs, deps });
  if (why === null) return { admitted: key.stream };
  await closeSession(deps.store, session).catch(() => false);
  return { refused: why };
}

/** A session that is ours, and the region that is the stream's home. */
interface Claimed {
  readonly session: SessionRecord;
  readonly home: string;
}

/** Does all that must be done before the publisher may send; returns why it may not. */
async function letIn(
  { session, home }: Claimed,
  { epochMs, deps }: { readonly epochMs: number | null; readonly deps: AdmissionDeps },
): Promise<'noCapacity' | 'notReady' | null> {
  const { stream } = session;
  const seat = await deps.place(stream, home);
  if (typeof seat === 'object') {
    const { lack, cure } = seat.refused;
    deps.log.error({ stream, lack, cure }, 'refused a publisher: no node has room for its stream');
    return 'noCapacity';
  }
  if (seat === 'unplaced') deps.log.warn({ stream }, 'nobody could place the stream: its owners will run it');
  if (await openContribution(deps.node, { ...session, placed: seat === 'placed', saidEpochMs: epochMs })) {
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

/** Takes the stream for this connection; null when another client publishes it in this region. */
async function claim(session: SessionRecord, deps: AdmissionDeps): Promise<Claimed | null> {
  const { store, node, clock } = deps;
  try {
    const first = await openSession(store, session);
    const opened =
      first.kind === 'in-use' && (await isDead(first.by, deps))
        ? await openSession(store, session, { insteadOf: first.by })
        : first;
    if (opened.kind === 'in-use') return null;
    return { session: opened.session, home: opened.oldest.region ?? node.region };
  } catch {
    const local = (await listContributions(node)) ?? [];
    const isFree = local.every((live) => live.stream !== session.stream || isGhost(live, clock.nowMs()));
    return isFree ? { session, home: node.region } : null;
  }
}

/**
 * Whether a session is only in the store, where it lasts for some seconds: its ingest node is gone, or lost it, or found
 * it on its disk with nobody behind it. One of this node that its daemon does not have may be on its way there.
 */
async function isDead(session: SessionRecord, { node, peers, clock }: AdmissionDeps): Promise<boolean> {
  const isOwn = session.node === node.name;
  const holder = isOwn ? node : peers.find(({ name }) => name === session.node);
  const held = holder === undefined ? null : await listContributions(holder);
  if (held === null) return !isOwn;
  const found = held.find(({ stream, client }) => stream === session.stream && client === session.client);
  return found === undefined ? !isOwn : isGhost(found, clock.nowMs());
}
