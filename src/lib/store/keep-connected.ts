import { readFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';

const RETRY_MS = 200;

/**
 * Connects, and again for as long as it is not closed. ioredis reconnects by itself, but for one case: told of another store
 * while it asks Sentinels for one, it gives up. Each time the password is what its file says by then.
 */
export function keepConnected(redis: Redis, passwordFile?: string): { close(): void } {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const connect = (): void => void redis.connect().catch(() => undefined);
  redis.on('close', () => {
    if (passwordFile !== undefined) void followPassword(redis, passwordFile);
  });
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

/** A read that is late for this attempt is in time for the next. */
async function followPassword({ options }: Redis, file: string): Promise<void> {
  const password = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (password === '') return;
  options.password = password;
  if (options.sentinels !== undefined) options.sentinelPassword = password;
}
