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

/** The heartbeats of these nodes that are not too old. */
export async function loadHeartbeats(store: Store, nodes: readonly string[]): Promise<readonly Heartbeat[]> {
  if (nodes.length === 0) return [];
  const found = await store.redis.mget(...nodes.map((node) => store.keys.heartbeat(node)));
  return found.map((json) => parseRecord<Heartbeat>(json)).filter((record) => record !== null);
}

/**
 * How long ago each of these nodes said something, in milliseconds by the store's clock alone; nodes whose heartbeat is
 * gone are missing.
 */
export async function loadHeartbeatAges(
  store: Store,
  nodes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const left = await Promise.all(nodes.map((node) => store.redis.pttl(store.keys.heartbeat(node))));
  const ages = nodes.map((node, index) => [node, HEARTBEAT_TTL_MS - left[index]!] as const);
  return new Map(ages.filter((_, index) => left[index]! >= 0));
}
