import type { Redis } from 'ioredis';

const RETRY_MS = 200;

/**
 * Connects, and again for as long as it is not closed. ioredis reconnects by itself, but for one case: told of another store
 * while it asks Sentinels for one, it gives up.
 */
export function keepConnected(redis: Redis): { close(): void } {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const connect = (): void => void redis.connect().catch(() => undefined);
  redis.on('end', () => {
    if (!isClosed) timer = setTimeout(connect, RETRY_MS);
  });
  connect();
  return {
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      redis.disconnect();
    },
  };
}
