import { loadSessions } from '../store/load-sessions.ts';
import { loadKeys, loadStreams } from '../store/load-streams.ts';
import type { KeyKind, SessionRecord } from '../store/records.ts';
import type { StoreReader } from '../store/store-reader.ts';

export interface ListedStream {
  readonly name: string;
  readonly createdMs: number;
  readonly keys: readonly { readonly keyId: string; readonly kind: KeyKind; readonly createdMs: number }[];
  readonly session: SessionRecord | null;
}

/** Every stream with its keys (never in clear) and who publishes it now, by name. */
export async function listStreams(store: StoreReader): Promise<readonly ListedStream[]> {
  const [streams, keys] = await Promise.all([loadStreams(store), loadKeys(store)]);
  const sessions = await loadSessions(
    store,
    streams.map((stream) => stream.name),
  );
  return streams.map((stream) => ({
    ...stream,
    keys: [...keys.values()]
      .filter((key) => key.stream === stream.name)
      .map(({ keyId, kind, createdMs }) => ({ keyId, kind, createdMs }))
      .sort((a, b) => a.createdMs - b.createdMs),
    session: sessions.find((session) => session.stream === stream.name) ?? null,
  }));
}
