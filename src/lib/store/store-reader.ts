import type { StoreKeys } from './keys.ts';

/** What reading the store needs: a whole Store has it, and so has a ReadConnection. */
export interface StoreReader {
  readonly keys: StoreKeys;
  readonly redis: {
    hgetall(key: string): Promise<Record<string, string>>;
    hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
    mget(...keys: string[]): Promise<(string | null)[]>;
    /** The newest entries of a stream, newest first: id, and field after value. */
    xrevrange(
      key: string,
      end: '+',
      start: '-',
      count: 'COUNT',
      most: number,
    ): Promise<[id: string, fields: string[]][]>;
  };
}
