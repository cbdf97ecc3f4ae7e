import { keepConnected } from './keep-connected.ts';
import type { Store } from './store.ts';

/**
 * Calls `onChange` with each word on the channel (`placement demo`), and with null whenever the connection (re)opens:
 * then anything may have changed.
 */
export function watchChanges(store: Store, onChange: (word: string | null) => void): { close(): void } {
  const listener = store.redis.duplicate({ autoResubscribe: false, commandTimeout: undefined as never });
  listener.on('error', () => undefined);
  listener.on('message', (_channel, word) => onChange(word));
  listener.on('ready', () => {
    listener.subscribe(store.keys.changes).then(
      () => onChange(null),
      () => undefined,
    );
  });
  return keepConnected(listener);
}
