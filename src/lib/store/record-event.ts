import type { AuditEvent } from './records.ts';
import type { Store } from './store.ts';

/** So many events are kept at least. */
const TRAIL_LENGTH = 1000;

/** Adds a line to the audit trail, for what no script of its own writes there. */
export async function recordEvent(store: Store, event: Omit<AuditEvent, 'atMs'>): Promise<void> {
  const { who, what, stream, subject } = event;
  const fields = { atMs: Math.round(store.clock.nowMs()), who, what, stream, subject };
  await store.redis.xadd(
    store.keys.events,
    'MAXLEN',
    '~',
    TRAIL_LENGTH,
    '*',
    ...Object.entries(fields).flat(),
  );
}
