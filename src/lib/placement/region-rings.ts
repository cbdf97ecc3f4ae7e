import { Ring } from '../ring/ring.ts';
import type { RingNode, RingRecord } from '../store/ring-records.ts';

/** Building costs milliseconds, and a record never changes: each is built once for as long as somebody holds it. */
const built = new WeakMap<RingRecord, ReadonlyMap<string, Ring>>();

/** The circle of each region, over all its nodes, draining ones too; regions in the order of their names. */
export function regionRings(record: RingRecord): ReadonlyMap<string, Ring> {
  const known = built.get(record);
  if (known !== undefined) return known;
  const byRegion = Map.groupBy(record.nodes, (node) => node.region);
  const regions = [...byRegion.keys()].sort();
  // Where two nodes share a position the first has it: the same one for everybody, however the record came to be.
  const byName = (a: RingNode, b: RingNode): number => (a.name < b.name ? -1 : 1);
  const rings = new Map(regions.map((region) => [region, new Ring(byRegion.get(region)!.toSorted(byName))]));
  built.set(record, rings);
  return rings;
}
