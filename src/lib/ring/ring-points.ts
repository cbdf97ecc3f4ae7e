/**
 * The points of a ring, exactly as nginx 1.22 makes them (ngx_http_upstream_init_chash), which in turn follows
 * Cache::Memcached::Fast:
 *
 *   base  = CRC-32 register after HOST, a zero byte, PORT (the text of the `server` line)
 *   point = CRC-32 of base continued with the previous point as four bytes, little-endian; the first previous is 0
 *
 * A member has 160 points for each unit of weight. A heavier member keeps the points that it had and gets more, so a
 * change of weight moves only keys from or to that member.
 */
import { CRC32_INITIAL, crc32Update, crc32UpdateUint32 } from './crc32.ts';
import type { RingMember } from './ring.ts';

export const POINTS_PER_WEIGHT = 160;

export interface RingPoints {
  /** Positions on the circle, ascending, each once. */
  readonly hashes: Uint32Array;
  /** Index of the member that each point belongs to. */
  readonly owners: Uint16Array;
  /** For each slice of the circle (its size is `2 ** sliceShift`) the first point in or after it. */
  readonly slices: Uint32Array;
  readonly sliceShift: number;
}

/** Makes the sorted points of these members (fewer than 65,536) and the index over them. */
export function makePoints(members: readonly RingMember[]): RingPoints {
  const total = members.reduce((sum, member) => sum + member.weight * POINTS_PER_WEIGHT, 0);
  const hashes = new Uint32Array(total);
  const owners = new Uint16Array(total);
  let end = 0;
  for (let index = 0, at = 0; index < members.length; index++) {
    const member = members[index]!;
    const base = crc32Update(CRC32_INITIAL, hashedName(member.name));
    end += member.weight * POINTS_PER_WEIGHT;
    for (let previous = 0; at < end; at++) {
      previous = crc32UpdateUint32(base, previous) ^ -1;
      hashes[at] = previous;
      owners[at] = index;
    }
  }
  return sortPoints(hashes, owners);
}

/** HOST, a zero byte, PORT. nginx leaves `unix:` away and takes only digits behind the last colon for a port. */
function hashedName(name: string): Uint8Array {
  if (/^unix:/i.test(name)) return Buffer.from(`${name.slice('unix:'.length)}\0`);
  const match = /^(.*):(\d*)$/s.exec(name);
  return Buffer.from(match ? `${match[1]}\0${match[2]}` : `${name}\0`);
}

/**
 * Sorts by one pass into slices, one or two a point, and an insertion sort of the few that share one: hashes are
 * uniform, so this is linear, and the starts of the slices are the index that lookups want. (More slices make lookups
 * no faster: the index then falls out of the cache.) Stable: of points at the same position the first in the order of
 * members stays, as in nginx.
 */
function sortPoints(unsorted: Uint32Array, unsortedOwners: Uint16Array): RingPoints {
  const count = unsorted.length;
  const sliceBits = Math.max(2, Math.round(Math.log2(count + 1)));
  const sliceShift = 32 - sliceBits;
  const starts = countSlices(unsorted, sliceBits);
  const hashes = new Uint32Array(count);
  const owners = new Uint16Array(count);
  for (let from = 0; from < count; from++) {
    const hash = unsorted[from]!;
    const slice = hash >>> sliceShift;
    const to = starts[slice]!;
    starts[slice] = to + 1;
    hashes[to] = hash;
    owners[to] = unsortedOwners[from]!;
  }
  insertionSort(hashes, owners);
  return dropEqual({ hashes, owners, slices: starts, sliceShift });
}

/** Where each slice's points begin in sorted order. */
function countSlices(hashes: Uint32Array, sliceBits: number): Uint32Array {
  const shift = 32 - sliceBits;
  const starts = new Uint32Array(2 ** sliceBits);
  for (let at = 0; at < hashes.length; at++) starts[hashes[at]! >>> shift]!++;
  for (let slice = 0, sum = 0; slice < starts.length; slice++) {
    const size = starts[slice]!;
    starts[slice] = sum;
    sum += size;
  }
  return starts;
}

function insertionSort(hashes: Uint32Array, owners: Uint16Array): void {
  for (let from = 1; from < hashes.length; from++) {
    const hash = hashes[from]!;
    if (hashes[from - 1]! <= hash) continue;
    const owner = owners[from]!;
    let to = from;
    for (; to > 0 && hashes[to - 1]! > hash; to--) {
      hashes[to] = hashes[to - 1]!;
      owners[to] = owners[to - 1]!;
    }
    hashes[to] = hash;
    owners[to] = owner;
  }
}

/** Keeps the first of the points at one position, and writes the index over those that are left. */
function dropEqual({ hashes, owners, slices, sliceShift }: RingPoints): RingPoints {
  let kept = 0;
  let slice = 0;
  for (let at = 0; at < hashes.length; at++) {
    const hash = hashes[at]!;
    if (kept > 0 && hashes[kept - 1] === hash) continue;
    for (const own = hash >>> sliceShift; slice <= own; slice++) slices[slice] = kept;
    if (kept < at) {
      hashes[kept] = hash;
      owners[kept] = owners[at]!;
    }
    kept++;
  }
  slices.fill(kept, slice);
  return { hashes: hashes.subarray(0, kept), owners: owners.subarray(0, kept), slices, sliceShift };
}
