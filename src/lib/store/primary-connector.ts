import { type Redis, type RedisOptions, type SentinelConnectionOptions, SentinelConnector } from 'ioredis';
import { findPrimary } from './find-primary.ts';
import type { StoreAccess } from './store-site.ts';

type ConnectToSentinel = (this: SentinelConnector, place: unknown, options?: RedisOptions) => Redis;

/** For connections that wait for news: without it one to a machine that lost its power waits for good. */
const KEEP_ALIVE_MS = 5000;

/**
 * Makes ioredis' way to a store by its Sentinels, with two changes. All Sentinels are asked at once: one after the other, each that
 * was lost with the store costs its time anew. And those that are asked for news of another store may come and go: ioredis (6.0)
 * gives up on one that is away for long, and prints each failure on standard error.
 */
export function primaryConnector(search: StoreAccess) {
  return class PrimaryConnector extends SentinelConnector {
    constructor(options: unknown) {
      super(options as SentinelConnectionOptions);
      // Private in the types; a test sees whether they still are what ioredis goes by.
      const make = Reflect.get(this, 'connectToSentinel') as ConnectToSentinel;
      Reflect.set(this, 'connectToSentinel', (place: unknown, given?: RedisOptions): Redis => {
        const options = { ...given, maxRetriesPerRequest: null, keepAlive: KEEP_ALIVE_MS };
        return make.call(this, place, options).on('error', () => undefined);
      });
      Reflect.set(this, 'resolve', async () => {
        const { address, port } = await findPrimary(search);
        return { host: address, port };
      });
    }
  };
}
