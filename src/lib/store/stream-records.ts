/** Changes of streams and their keys in the store. */
import type { KeyRecord, StreamRecord } from './records.ts';
import { runScript } from './run-script.ts';
import { ADD_STREAM, NOTE_SHOWN, PUT_KEY, REMOVE_STREAM, RESTORE_KEYS, REVOKE_KEY } from './scripts.ts';
import type { Store } from './store.ts';
import { hashStreamKey } from './stream-key.ts';

/** A key in clear, on its way into the store, with its record. */
export interface NewKey {
  readonly key: string;
  readonly record: KeyRecord;
}

/** Adds a stream with its first key; returns false when the stream exists. `written`: it is there, if not confirmed yet. */
export async function insertStream(
  store: Store,
  stream: StreamRecord,
  first: NewKey & { readonly by: string; readonly written?: () => void },
): Promise<boolean> {
  const added = await runScript(store, ADD_STREAM, {
    by: first.by,
    stream: stream.name,
    keys: [store.keys.streams, store.keys.keys],
    args: [JSON.stringify(stream), hashStreamKey(first.key, store.keySecret), JSON.stringify(first.record)],
    written: (reply) => reply === 1 && first.written?.(),
  });
  return added === 1;
}

/** Deletes a stream and its keys; returns false when there is none. */
export async function deleteStream(store: Store, name: string, by: string): Promise<boolean> {
  const keys = [store.keys.streams, store.keys.keys];
  return (await runScript(store, REMOVE_STREAM, { by, stream: name, keys, args: [] })) === 1;
}

export interface KeyInsertion {
  readonly limit: number;
  readonly by: string;
  /** It is there, if not confirmed yet; with the ids ended. */
  readonly written?: (ended: readonly string[]) => void;
}

/** Adds a key, ending the oldest of its kind over `limit`. Returns the ids ended, null for an unknown stream. */
export async function insertKey(
  store: Store,
  added: NewKey,
  options: KeyInsertion,
): Promise<readonly string[] | null> {
  return (await runScript(store, PUT_KEY, {
    by: options.by,
    stream: added.record.stream,
    keys: [store.keys.streams, store.keys.keys],
    args: [hashStreamKey(added.key, store.keySecret), JSON.stringify(added.record), options.limit],
    written: (ended) => ended !== null && options.written?.(ended as string[]),
  })) as string[] | null;
}

/** Notes of a stream's keys that they were shown. */
export async function noteKeysShown(store: Store, stream: string, by: string): Promise<void> {
  await runScript(store, NOTE_SHOWN, { by, stream, keys: [store.keys.streams, store.keys.keys], args: [] });
}

export interface KeyChoice {
  /** One key, or every key when absent. */
  readonly keyId?: string | undefined;
  readonly by: string;
}

/** Ends one user key or all of them. Returns the ids ended, null for an unknown stream. */
export async function deleteKeys(
  store: Store,
  stream: string,
  choice: KeyChoice,
): Promise<readonly string[] | null> {
  return (await runScript(store, REVOKE_KEY, {
    by: choice.by,
    stream,
    keys: [store.keys.streams, store.keys.keys],
    args: [choice.keyId ?? '', choice.keyId === undefined ? 'user' : ''],
  })) as string[] | null;
}

/** Puts back keys (records under their HMACs) that the store lost, with their streams; returns how many it had lost. */
export async function restoreKeys(
  store: Store,
  keys: ReadonlyMap<string, KeyRecord>,
  by: string,
): Promise<number> {
  const list = [...keys].map(([hash, record]) => {
    const { stream, keyId, createdMs } = record;
    return [hash, JSON.stringify(record), stream, keyId, JSON.stringify({ name: stream, createdMs })];
  });
  const call = { by, stream: '', keys: [store.keys.streams, store.keys.keys] };
  return (await runScript(store, RESTORE_KEYS, { ...call, args: [JSON.stringify(list)] })) as number;
}
