/** Streams and their keys, as the store has them. */
import { type KeyRecord, parseRecord, type StreamRecord } from './records.ts';
import type { Store } from './store.ts';
import type { StoreReader } from './store-reader.ts';

/** Every stream, by name. */
export async function loadStreams(store: StoreReader): Promise<readonly StreamRecord[]> {
  const all = Object.values(await store.redis.hgetall(store.keys.streams));
  return all
    .map((json) => parseRecord<StreamRecord>(json))
    .filter((record) => record !== null)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Every key's record under its HMAC: what an agent remembers so that it can judge keys without the store. */
export async function loadKeys(store: StoreReader): Promise<ReadonlyMap<string, KeyRecord>> {
  const found = new Map<string, KeyRecord>();
  for (const [hash, json] of Object.entries(await store.redis.hgetall(store.keys.keys))) {
    const record = parseRecord<KeyRecord>(json);
    if (record !== null) found.set(hash, record);
  }
  return found;
}

/** Names of all streams, in no order. */
export async function loadStreamNames(store: Store): Promise<readonly string[]> {
  return await store.redis.hkeys(store.keys.streams);
}
