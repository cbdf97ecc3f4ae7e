/**
 * A connection that only reads, for commands that must start fast: loading ioredis takes longer than all the rest
 * of `stream list`.
 */
import { readFile } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import { type CommandLine, openCommandLine } from './command-line.ts';
import { findPrimary } from './find-primary.ts';
import { storeKeys } from './keys.ts';
import type { Reply } from './resp.ts';
import type { StoreReader } from './store-reader.ts';
import type { Place, StoreAccess } from './store-site.ts';

/** Without an answer for so long the store counts as away. */
const TIMEOUT_MS = 1000;

/** What a connection that only reads can be asked. */
export interface ReadConnection extends StoreReader {
  readonly redis: StoreReader['redis'] & {
    /** A section of what the server says of itself. */
    info(section: string): Promise<string>;
  };
}

/** Connects, lets `use` read, and disconnects. Throws NOT_RUNNING when the store does not answer. */
export async function readStore<T>(
  options: StoreAccess,
  use: (reader: ReadConnection) => Promise<T>,
): Promise<T> {
  const { cluster, user } = options;
  let at: Place = options;
  let line: CommandLine | undefined;
  try {
    const password = (await readFile(options.passwordFile, 'utf8')).trim();
    at = await findPrimary(options);
    line = await openCommandLine(at, { timeoutMs: TIMEOUT_MS, reach: options.reach });
    const { ask } = line;
    await ask(['AUTH', ...(user === undefined ? [] : [user]), password]);
    const redis = {
      hgetall: async (key: string) => toRecord(await ask(['HGETALL', key])),
      hmget: async (key: string, ...fields: string[]) =>
        (await ask(['HMGET', key, ...fields])) as (string | null)[],
      info: async (section: string) => String(await ask(['INFO', section])),
      xrevrange: async (key: string, end: '+', start: '-', count: 'COUNT', most: number) =>
        (await ask(['XREVRANGE', key, end, start, count, String(most)])) as [string, string[]][],
      mget: async (...keys: string[]) => (await ask(['MGET', ...keys])) as (string | null)[],
    };
    return await use({ keys: storeKeys(cluster), redis });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StreamctlError(
      'NOT_RUNNING',
      `ask the store of cluster ${cluster} at ${at.address}:${at.port}: ${reason}`,
      {
        hint: 'Start the cluster with `streamctl up`, or look at `streamctl status`.',
        cause,
      },
    );
  } finally {
    line?.close();
  }
}

function toRecord(reply: Reply): Record<string, string> {
  const flat = Array.isArray(reply) ? (reply as string[]) : [];
  const pairs = flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []));
  return Object.fromEntries(pairs) as Record<string, string>;
}
