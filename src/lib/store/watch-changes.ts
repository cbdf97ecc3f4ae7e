import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
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
  // It asks nothing, so it does not notice a store that went silent: it follows the connection that does.
  const follow = (): void => {
    if (listener.status === 'ready' && placeOf(listener) !== placeOf(store.redis)) listener.disconnect(true);
  };
  store.redis.on('ready', follow);
  const { close } = keepConnected(listener, store.passwordFile);
  return {
    close: () => {
      store.redis.off('ready', follow);
      close();
    },
  };
}

function placeOf({ stream }: Redis): string | undefined {
  return (stream as Partial<Socket> | undefined)?.remoteAddress;
}
