import type { StoreKeys } from './keys.ts';

/** What reading the store needs: a whole Store has it, and so has a ReadConnection. */
export interface StoreReader {
  readonly keys: StoreKeys;
  readonly redis: {
    hgetall(key: string): Promise<Record<string, string>>;
    hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
    mget(...keys: string[]): Promise<(string | null)[]>;
  };
}
