import type { Store } from './store.ts';

/** Calls `onChange` for each word on the channel, and whenever the connection (re)opens. */
export function watchChanges(store: Store, onChange: () => void): { close(): void } {
  const listener = store.redis.duplicate({ autoResubscribe: false, commandTimeout: undefined as never });
  listener.on('error', () => undefined);
  listener.on('message', onChange);
  listener.on('ready', () => {
    listener.subscribe(store.keys.changes).then(onChange, () => undefined);
  });
  listener.connect().catch(() => undefined);
  return { close: () => listener.disconnect() };
}
