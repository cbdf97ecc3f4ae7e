import { parseRecord, type SessionRecord } from './records.ts';
import type { Store } from './store.ts';
import type { StoreReader } from './store-reader.ts';

/** Asked for at once: more would hold up others. */
const BATCH = 1000;

/** The live sessions of these streams. */
export async function loadSessions(
  store: StoreReader,
  streams: readonly string[],
): Promise<readonly SessionRecord[]> {
  if (streams.length === 0) return [];
  const found = await store.redis.mget(...streams.map((stream) => store.keys.session(stream)));
  return found.map((json) => parseRecord<SessionRecord>(json)).filter((record) => record !== null);
}

/** The same as the store has them, in the order of the streams: for who compares before parsing. Null: none. */
export async function loadSessionTexts(
  store: StoreReader,
  streams: readonly string[],
): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for (let at = 0; at < streams.length; at += BATCH) {
    const keys = streams.slice(at, at + BATCH).map((stream) => store.keys.session(stream));
    texts.push(...(await store.redis.mget(...keys)));
  }
  return texts;
}

/** Streams that have a session, also ones that the store does not know. Looks at every key: not for each round. */
export async function loadSessionNames(store: Store): Promise<string[]> {
  const prefix = store.keys.session('');
  const names: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = await store.redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', BATCH);
    names.push(...found.map((key) => key.slice(prefix.length)));
    cursor = next;
  } while (cursor !== '0');
  return names;
}
