import type { RingRecord } from '../store/ring-records.ts';
import { createWish } from './wish.ts';

/**
 * Who runs a stream that nobody placed, while the store is away: as many nodes as the ring wants replicas, the first of
 * each walk, one a region (of one region: several), on different hosts. Every agent that has the same ring finds the same
 * nodes. Loads are nobody's to know then, so none is bounded.
 */
export function ownersWithoutStore(ring: RingRecord, stream: string, region: string): readonly string[] {
  const wish = createWish(ring, { stream, cost: 1, region }, { token: null });
  const open = wish.regions.filter(({ candidates }) => candidates.length > 0);
  const hosts = new Set<string>();
  const owners: string[] = [];
  for (const { candidates } of open) {
    for (const { name, host } of candidates) {
      if (owners.length === ring.replicas) return owners;
      if (hosts.has(host)) continue;
      hosts.add(host);
      owners.push(name);
      if (open.length > 1) break;
    }
  }
  return owners;
}
