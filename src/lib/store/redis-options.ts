/** How ioredis is told to reach a store. Pure. */
import type { RedisOptions } from 'ioredis';
import type { Endpoint } from '../base/reach.ts';
import { primaryConnector } from './primary-connector.ts';
import type { StoreOptions } from './store.ts';

const CONNECT_TIMEOUT_MS = 500;
const COMMAND_TIMEOUT_MS = 2000;
/**
 * A store that owes an answer for so long is looked for anew. Longer than a failover usually takes, of which Sentinels tell at
 * once; it is for whoever did not hear them. Without it a machine that went silent is given up by TCP alone, after a quarter of an hour.
 */
const SILENT_MS = 5000;
/** A connection that is given up is closed for good after this: whoever is at its other end may be gone. */
const DISCONNECT_MS = 100;
/** A Sentinel that was away is heard again. */
const SENTINEL_RETRY_MS = 1000;

interface Connecting {
  /** Of the one store. */
  readonly endpoint: Endpoint;
  readonly password: string;
  readonly retryDelayMs: (attempt: number) => number | null;
}

/** Formats the options: of one Redis, or of the one that its Sentinels name. */
export function formatRedisOptions(options: StoreOptions, connecting: Connecting) {
  const { password, retryDelayMs } = connecting;
  const user = options.user === undefined ? {} : { username: options.user };
  return {
    ...(options.sentinels === undefined ? connecting.endpoint : formatSentinels(options, connecting)),
    ...user,
    password,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENT_MS,
    disconnectTimeout: DISCONNECT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    retryStrategy: retryDelayMs,
  } satisfies RedisOptions;
}

/** A store that was demoted refuses writes: then another one is asked for, as when Sentinels tell of a new one. */
function formatSentinels(options: StoreOptions, { password, retryDelayMs }: Connecting) {
  return {
    Connector: primaryConnector(options),
    sentinels: options.sentinels!.map(({ address, port }) => ({ host: address, port })),
    name: options.cluster,
    ...(options.user === undefined ? {} : { sentinelUsername: options.user }),
    sentinelPassword: password,
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    sentinelRetryStrategy: retryDelayMs,
    sentinelReconnectStrategy: () => SENTINEL_RETRY_MS,
    failoverDetector: true,
    // Only those of the spec: others that a Sentinel names may be gone.
    updateSentinels: false,
    reconnectOnError: (error: Error) => /^(READONLY|NOREPLICAS)/.test(error.message),
  } satisfies RedisOptions;
}
