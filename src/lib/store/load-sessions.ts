import { parseRecord, type SessionRecord } from './records.ts';
import type { StoreReader } from './store-reader.ts';

/** The live sessions of these streams. */
export async function loadSessions(
  store: StoreReader,
  streams: readonly string[],
): Promise<readonly SessionRecord[]> {
  if (streams.length === 0) return [];
  const found = await store.redis.mget(...streams.map((stream) => store.keys.session(stream)));
  return found.map((json) => parseRecord<SessionRecord>(json)).filter((record) => record !== null);
}
