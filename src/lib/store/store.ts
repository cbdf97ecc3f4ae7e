/**
 * The cluster's meeting place: a thin wrapper of one Redis connection.
 *
 * It holds soft state only (ARCHITECTURE.md, "The way of control"): who may publish, who publishes now, which nodes
 * are there, what was changed by whom. Nothing that plays needs it. It is not a cache and not a message bus: the
 * channel `changes` only says that something changed, readers look for themselves.
 *
 * Invariants: a stream key is stored as its HMAC alone; every change of more than one record is one script; no
 * command waits for a store that is away (it fails at once, and callers decide). Of several stores it talks to the one
 * that takes writes, wherever that is by now.
 */
import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { type Clock, systemClock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import { reachDirectly } from '../base/reach.ts';
import { findPrimary } from './find-primary.ts';
import { keepConnected } from './keep-connected.ts';
import { type StoreKeys, storeKeys } from './keys.ts';
import { formatRedisOptions } from './redis-options.ts';
import type { StoreAccess } from './store-site.ts';

/** An open store: pass it to the functions of this folder. */
export interface Store {
  readonly redis: Redis;
  readonly keys: StoreKeys;
  /** Key of the HMAC under which stream keys are stored; empty for who does not judge stream keys. */
  readonly keySecret: string;
  readonly clock: Clock;
  /** There are several stores: what must not be lost is confirmed by another one (confirm-written.ts). */
  readonly isReplicated: boolean;
  /** Read again with each connection of who stays connected. */
  readonly passwordFile?: string;
  /** Disconnects; may be called twice. */
  close(): void;
}

export interface StoreOptions extends StoreAccess {
  /** File, mode 0600, with the key of the HMAC; null for who does not judge stream keys. */
  readonly keySecretFile: string | null;
  readonly clock?: Clock;
}

/** Connects once. Throws NOT_RUNNING within about half a second when nothing answers. */
export async function connectStore(options: StoreOptions): Promise<Store> {
  const primary = await findPrimary(options);
  const { sentinels = [], ...rest } = options;
  const store = await createStore({ ...rest, ...primary }, () => null);
  try {
    await store.redis.connect();
  } catch (cause) {
    store.close();
    throw new StreamctlError(
      'NOT_RUNNING',
      `connect to the store of cluster ${options.cluster} at ${primary.address}:${primary.port}: ${reasonOf(cause)}`,
      { hint: 'Start the cluster with `streamctl up`, or look at `streamctl status`.', cause },
    );
  }
  return { ...store, isReplicated: sentinels.length > 0 };
}

/** An agent looks for a lost store this often at most: higher delays new publishers and another controller, lower is noise. */
const MAX_RETRY_DELAY_MS = 400;

/**
 * Connects and reconnects for as long as it is open, to whichever store takes writes. Resolves without waiting for the
 * store to answer.
 */
export async function keepStoreConnected(options: StoreOptions): Promise<Store> {
  const store = await createStore(options, (attempt) => Math.min(attempt * 100, MAX_RETRY_DELAY_MS));
  const { passwordFile } = options;
  const { close } = keepConnected(store.redis, passwordFile);
  return { ...store, passwordFile, close };
}

/** `retryDelayMs` of null ends the connection for good. */
async function createStore(
  options: StoreOptions,
  retryDelayMs: (attempt: number) => number | null,
): Promise<Store> {
  const [password, keySecret] = await Promise.all([
    readSecret(options.passwordFile),
    options.keySecretFile === null ? '' : readSecret(options.keySecretFile),
  ]);
  const endpoint = await (options.reach ?? reachDirectly)(options.address, options.port);
  const redis = new Redis(formatRedisOptions(options, { endpoint, password, retryDelayMs }));
  // Failures reach the caller of each command; without a listener ioredis prints them.
  redis.on('error', () => undefined);
  return {
    redis,
    keys: storeKeys(options.cluster),
    keySecret,
    clock: options.clock ?? systemClock,
    isReplicated: (options.sentinels ?? []).length > 0,
    close: () => redis.disconnect(),
  };
}

async function readSecret(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new StreamctlError('NOT_RUNNING', `read the cluster's secret ${file}: ${reasonOf(cause)}`, {
      hint: 'Run `streamctl up`: it makes the secrets.',
      cause,
    });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
