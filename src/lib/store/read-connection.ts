/**
 * A connection that only reads, for commands that must start fast: loading ioredis takes longer than all the rest
 * of `stream list`.
 */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { StreamctlError } from '../base/errors.ts';
import { type Endpoint, type Reach, reachDirectly } from '../base/reach.ts';
import { storeKeys } from './keys.ts';
import { formatCommand, type Reply, ReplyParser } from './resp.ts';
import type { StoreReader } from './store-reader.ts';

export interface ReadConnectionOptions {
  readonly cluster: string;
  readonly address: string;
  readonly port: number;
  readonly passwordFile: string;
  /** How to reach the address; directly when absent. */
  readonly reach?: Reach;
}

/** Without an answer for so long the store counts as away. */
const TIMEOUT_MS = 1000;

/** Connects, lets `use` read, and disconnects. Throws NOT_RUNNING when the store does not answer. */
export async function readStore<T>(
  options: ReadConnectionOptions,
  use: (reader: StoreReader) => Promise<T>,
): Promise<T> {
  const { cluster, address, port } = options;
  let line: CommandLine | undefined;
  try {
    const password = (await readFile(options.passwordFile, 'utf8')).trim();
    line = openCommandLine(await (options.reach ?? reachDirectly)(address, port));
    const { ask } = line;
    await ask(['AUTH', password]);
    const redis = {
      hgetall: async (key: string) => toRecord(await ask(['HGETALL', key])),
      hmget: async (key: string, ...fields: string[]) =>
        (await ask(['HMGET', key, ...fields])) as (string | null)[],
      mget: async (...keys: string[]) => (await ask(['MGET', ...keys])) as (string | null)[],
    };
    return await use({ keys: storeKeys(cluster), redis });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StreamctlError(
      'NOT_RUNNING',
      `ask the store of cluster ${cluster} at ${address}:${port}: ${reason}`,
      {
        hint: 'Start the cluster with `streamctl up`, or look at `streamctl status`.',
        cause,
      },
    );
  } finally {
    line?.close();
  }
}

interface CommandLine {
  readonly ask: (words: readonly string[]) => Promise<Reply>;
  close(): void;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** Sends commands without waiting for one another; replies come in the same order. */
function openCommandLine(endpoint: Endpoint): CommandLine {
  const socket = connect(endpoint);
  const parser = new ReplyParser();
  const waiting: Waiting[] = [];
  let failure: unknown = null;
  const fail = (error: unknown): void => {
    failure ??= error;
    for (const { reject } of waiting.splice(0)) reject(failure);
    socket.destroy();
  };
  socket.setTimeout(TIMEOUT_MS, () => fail(new Error('no answer')));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (chunk) => {
    try {
      for (const reply of parser.push(chunk as Buffer)) settle(waiting.shift(), reply);
    } catch (error) {
      fail(error);
    }
  });
  const ask = (words: readonly string[]): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (failure !== null) return reject(failure);
      waiting.push({ resolve, reject });
      socket.write(formatCommand(words));
    });
  return { ask, close: () => socket.destroy() };
}

function settle(waiting: Waiting | undefined, reply: Reply): void {
  if (typeof reply === 'object' && reply !== null && 'error' in reply)
    waiting?.reject(new Error(reply.error));
  else waiting?.resolve(reply);
}

function toRecord(reply: Reply): Record<string, string> {
  const flat = Array.isArray(reply) ? (reply as string[]) : [];
  const pairs = flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []));
  return Object.fromEntries(pairs) as Record<string, string>;
}
