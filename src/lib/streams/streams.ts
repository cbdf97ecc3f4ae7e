/**
 * What an operator does with streams and their keys: add, remove, rotate, revoke.
 *
 * Not the place for how streams run (agent) or are kept (store). Invariant: a key in clear is in the returned value
 * of the call that made it, or told to its `made`, and nowhere else, so whoever shows it can do so once.
 */
import { randomBytes } from 'node:crypto';
import { StreamctlError } from '../base/errors.ts';
import { checkStreamName } from '../base/stream-name.ts';
import { releaseStream } from '../store/placements.ts';
import type { KeyKind } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { formatStreamKey, STREAM_KEY_RANDOM_BYTES } from '../store/stream-key.ts';
import { deleteKeys, deleteStream, insertKey, insertStream, type NewKey } from '../store/stream-records.ts';

/** Old and new during a rotation. */
const MAX_USER_KEYS = 2;
const MAX_TEST_KEYS = 1;

export interface StreamChange {
  readonly name: string;
  /** Who asks, for the audit trail: `user@host`, or a part of streamctl. */
  readonly by: string;
}

/** A key just made, in clear: to be shown once. */
export interface IssuedKey {
  readonly name: string;
  readonly key: string;
  readonly keyId: string;
}

export interface StreamAddition extends StreamChange {
  /** Told the key as soon as it is valid: what fails after that must not lose it. */
  readonly made?: (key: IssuedKey) => void;
  /** The key may not be seen by anybody until `noteKeysShown` says so. */
  readonly unshown?: boolean;
}

/** Adds a stream and makes its first key. Throws USAGE for a bad name, CONFLICT when it exists. */
export async function addStream(store: Store, change: StreamAddition): Promise<IssuedKey> {
  const name = checkStreamName(change.name);
  const { key, record } = createKey(store, name, 'user');
  const stream = { name, createdMs: record.createdMs };
  const issued = { name, key, keyId: record.keyId };
  const first = {
    key,
    record: change.unshown === true ? ({ ...record, unshown: true } as const) : record,
    by: change.by,
    written: () => change.made?.(issued),
  };
  if (!(await insertStream(store, stream, first))) {
    throw new StreamctlError('CONFLICT', `stream ${name} exists already`, {
      hint: `Make a new key with \`streamctl stream key rotate ${name}\`.`,
    });
  }
  return issued;
}

/** Removes a stream, ends its keys and gives back its place; who publishes it is cut off. Throws NOT_FOUND. */
export async function removeStream(store: Store, change: StreamChange): Promise<void> {
  if (!(await deleteStream(store, change.name, change.by))) throw unknownStream(change.name);
  await releaseStream(store, { stream: change.name, token: null });
}

export interface RotatedKey extends IssuedKey {
  /** Ids of the keys that are no longer valid. */
  readonly ended: readonly string[];
}

export interface KeyRotation extends StreamChange {
  /** Told the key as soon as it is valid: what fails after that must not lose it. */
  readonly made?: (key: RotatedKey) => void;
}

/** Makes another key. The newest old one stays valid, older ones end. Throws NOT_FOUND. */
export async function rotateKey(store: Store, change: KeyRotation): Promise<RotatedKey> {
  return await issueKey(store, change, { kind: 'user', limit: MAX_USER_KEYS });
}

/** Makes the test publisher's key, ending its last one. Throws NOT_FOUND. */
export async function replaceTestKey(store: Store, change: StreamChange): Promise<IssuedKey> {
  return await issueKey(store, change, { kind: 'test', limit: MAX_TEST_KEYS });
}

/**
 * Ends one key, or all user keys when no id is given; returns the ids ended. Who is connected with it is cut off within
 * two seconds. Throws NOT_FOUND for an unknown stream or key.
 */
export async function revokeKey(
  store: Store,
  change: StreamChange & { readonly keyId?: string | undefined },
): Promise<readonly string[]> {
  const ended = await deleteKeys(store, change.name, { keyId: change.keyId, by: change.by });
  if (ended === null) throw unknownStream(change.name);
  if (change.keyId !== undefined && ended.length === 0) {
    throw new StreamctlError('NOT_FOUND', `stream ${change.name} has no key ${change.keyId}`, {
      hint: 'See the key ids with `streamctl stream list --json`.',
    });
  }
  return ended;
}

async function issueKey(
  store: Store,
  { name, by, made }: KeyRotation,
  rule: { readonly kind: KeyKind; readonly limit: number },
): Promise<RotatedKey> {
  const added = createKey(store, name, rule.kind);
  const issued = { name, key: added.key, keyId: added.record.keyId };
  const ended = await insertKey(store, added, {
    limit: rule.limit,
    by,
    written: (ids) => made?.({ ...issued, ended: ids }),
  });
  if (ended === null) throw unknownStream(name);
  return { ...issued, ended };
}

function createKey(store: Store, stream: string, kind: KeyKind): NewKey {
  return {
    key: formatStreamKey(stream, randomBytes(STREAM_KEY_RANDOM_BYTES)),
    record: { stream, keyId: randomBytes(4).toString('hex'), kind, createdMs: store.clock.nowMs() },
  };
}

function unknownStream(name: string): StreamctlError {
  return new StreamctlError('NOT_FOUND', `there is no stream ${name}`, {
    hint: 'See the streams with `streamctl stream list`, or add it with `streamctl stream add`.',
  });
}
