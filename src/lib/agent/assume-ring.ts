import type { NodeConfig } from '../nodes/node-config.ts';
import { DEFAULT_BALANCE } from '../ring/bounded-load.ts';
import type { RingRecord } from '../store/ring-records.ts';

const REPLICAS = 2;

/** The ring that an agent goes by that never heard of one: the origin nodes of its node.json, at epoch 0. Pure. */
export function assumeRing({ peers }: Pick<NodeConfig, 'peers'>): RingRecord {
  const nodes = peers
    .filter(({ roles }) => roles.includes('origin'))
    .map(({ name, region, address, weight }) => ({
      name,
      region,
      host: address,
      weight: Math.max(1, Math.round(weight)),
      capacity: null,
      state: 'active' as const,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { version: 1, epoch: 0, balance: DEFAULT_BALANCE, replicas: REPLICAS, nodes, pins: {} };
}
