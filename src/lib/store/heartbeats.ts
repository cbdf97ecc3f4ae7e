import type { Health, Load, ReplicaReport } from '../health/report.ts';
import { parseRecord } from './records.ts';
import type { Store } from './store.ts';

/** What a node says of itself every second. */
export interface Heartbeat {
  readonly node: string;
  readonly region: string;
  readonly atMs: number;
  readonly health: Health;
  readonly load: Load;
  /** Pipelines of this node. */
  readonly replicas: readonly ReplicaReport[];
}

/** A node that said nothing for so long counts as unknown. */
const HEARTBEAT_TTL_MS = 5000;

/** Writes a node's heartbeat. */
export async function writeHeartbeat(store: Store, heartbeat: Heartbeat): Promise<void> {
  await store.redis.set(
    store.keys.heartbeat(heartbeat.node),
    JSON.stringify(heartbeat),
    'PX',
    HEARTBEAT_TTL_MS,
  );
}

/** Writes the sign that a node's agent lives. */
export async function writePulse(store: Store, node: string): Promise<void> {
  await store.redis.set(store.keys.pulse(node), '', 'PX', HEARTBEAT_TTL_MS);
}

/** The heartbeats of these nodes that are not too old. */
export async function loadHeartbeats(store: Store, nodes: readonly string[]): Promise<readonly Heartbeat[]> {
  if (nodes.length === 0) return [];
  const found = await store.redis.mget(...nodes.map((node) => store.keys.heartbeat(node)));
  return found.map((json) => parseRecord<Heartbeat>(json)).filter((record) => record !== null);
}

/** How long ago, in milliseconds by the store's clock alone. */
export interface NodeSigns {
  /** Its last pulse or heartbeat. */
  readonly silentMs: number;
  /** Its last heartbeat; null when the store has none any more. */
  readonly saidMs: number | null;
}

/** How long ago each of these nodes gave a sign; those of which the store has none any more are missing. */
export async function loadNodeSigns(
  store: Store,
  nodes: readonly string[],
): Promise<ReadonlyMap<string, NodeSigns>> {
  const { redis, keys } = store;
  const age = async (key: string): Promise<number | null> => {
    const left = await redis.pttl(key);
    return left < 0 ? null : HEARTBEAT_TTL_MS - left;
  };
  const signs = await Promise.all(
    nodes.map(async (node) => {
      const [pulsedMs, saidMs] = await Promise.all([age(keys.pulse(node)), age(keys.heartbeat(node))]);
      const silentMs = Math.min(pulsedMs ?? Number.POSITIVE_INFINITY, saidMs ?? Number.POSITIVE_INFINITY);
      return [node, { silentMs, saidMs }] as const;
    }),
  );
  return new Map(signs.filter(([, { silentMs }]) => Number.isFinite(silentMs)));
}
