import { StreamctlError } from '../base/errors.ts';
import type { RingRecord } from '../store/ring-records.ts';

/** Returns the value when it has the shape of a ring; throws ENVIRONMENT otherwise. For files that agents write. */
export function checkRing(value: unknown): RingRecord {
  const ring = value as Partial<RingRecord> | null;
  const isRing =
    ring?.version === 1 &&
    Number.isSafeInteger(ring.epoch) &&
    Array.isArray(ring.nodes) &&
    typeof ring.pins === 'object';
  if (isRing) return ring as RingRecord;
  throw new StreamctlError('ENVIRONMENT', 'a ring.json does not hold a ring of version 1');
}
