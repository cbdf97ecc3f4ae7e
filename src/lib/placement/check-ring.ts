import { StreamctlError } from '../base/errors.ts';
import { isRing } from '../store/parse-ring-records.ts';
import type { RingRecord } from '../store/ring-records.ts';

/** Returns the value when it is a ring, whole; throws ENVIRONMENT otherwise. For files that agents write. */
export function checkRing(value: unknown): RingRecord {
  if (isRing(value)) return value;
  throw new StreamctlError('ENVIRONMENT', 'a ring.json does not hold a ring of version 1');
}
