import type { AuditEvent } from './records.ts';
import type { StoreReader } from './store-reader.ts';

/** The newest events of the audit trail, oldest first. */
export async function loadEvents(store: StoreReader, count: number): Promise<readonly AuditEvent[]> {
  const entries = await store.redis.xrevrange(store.keys.events, '+', '-', 'COUNT', count);
  return entries.reverse().map(([, fields]) => {
    const named = Object.fromEntries(pairs(fields));
    return { ...named, atMs: Number(named.atMs) } as unknown as AuditEvent;
  });
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as [string, string]] : [],
  );
}
