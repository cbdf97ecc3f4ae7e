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
