/** Rings and wishes for tests of the store: regions us and eu, hosts of their own, no capacity given. */
import type { PlaceWish } from '../../src/lib/store/placements.ts';
import type { RingChange, RingNode, RingRecord } from '../../src/lib/store/ring-records.ts';

/** A ring node whose region is its name up to the dash. */
export function ringNode(name: string, differing: Partial<RingNode> = {}): RingNode {
  const [region = ''] = name.split('-');
  return { name, region, host: `host-${name}`, weight: 1, capacity: null, state: 'active', ...differing };
}

export function ringRecord(
  epoch: number,
  nodes: readonly RingNode[],
  differing: Partial<RingRecord> = {},
): RingRecord {
  return { version: 1, epoch, balance: 1.25, replicas: 2, nodes, pins: {}, ...differing };
}

export function ringChange(epoch: number, differing: Partial<RingChange> = {}): RingChange {
  const by = { atMs: 1, who: 'me@here', from: 'pid 1', what: 'test', reason: '' };
  return { epoch, ...by, before: {}, after: {}, ...differing };
}

/** A wish whose regions and candidates stand in the order of the ring's nodes. */
export function plainWish(ring: RingRecord, differing: Partial<PlaceWish> = {}): PlaceWish {
  const regions = [...Map.groupBy(ring.nodes, ({ region }) => region)].map(([name, nodes]) => {
    const candidates = nodes.filter(({ state }) => state === 'active');
    const totalWeight = candidates.reduce((sum, { weight }) => sum + weight, 0);
    return { name, totalWeight, nodes: nodes.map((node) => node.name), candidates };
  });
  const hosts = Object.fromEntries(ring.nodes.map(({ name, host }) => [name, host]));
  const { epoch, balance, replicas } = ring;
  const wish = { stream: 'demo', cost: 1000, region: 'us', gone: [], token: null };
  return { ...wish, epoch, balance, replicas, regions, hosts, ...differing };
}
