/**
 * The consistent-hash ring with virtual nodes: who owns a key.
 *
 * Points and lookups are exactly those of nginx's `hash KEY consistent` (ngx_http_upstream_hash_module), so that a
 * stock nginx given the same list picks the same owner; a test asks a real one. A ring is immutable: a change of
 * members makes a new one, and only keys from or to the members that changed move.
 *
 * Not here: load bounds (bounded-load.ts), membership, epochs, who runs what.
 */
import { StreamctlError } from '../base/errors.ts';
import { crc32Key } from './crc32.ts';
import { makePoints, POINTS_PER_WEIGHT } from './ring-points.ts';

export interface RingMember {
  /** The text of nginx's `server` line: `HOST`, `HOST:PORT` or `unix:PATH`. Unique in a ring. */
  readonly name: string;
  /** Positive integer; a member has 160 points for each unit. */
  readonly weight: number;
}

/** What nginx gives up after: it then leaves the ring and deals requests out in turn (see docs/ring.md). */
export const NGINX_MAX_SKIPS = 20;

export interface LiveOwner {
  /** Index into `members`. */
  readonly member: number;
  /** Points passed over because their member was not live; nginx follows the ring up to NGINX_MAX_SKIPS. */
  readonly skipped: number;
}

export class Ring {
  readonly members: readonly RingMember[];
  readonly #hashes: Uint32Array;
  readonly #owners: Uint16Array;
  readonly #slices: Uint32Array;
  readonly #sliceShift: number;

  /**
   * Builds the ring; an empty list makes one that owns nothing. The order of members decides only between points that
   * fall on the same position (about 3 of 160,000). Throws USAGE for a name given twice or a weight that is no
   * positive integer.
   */
  constructor(members: readonly RingMember[]) {
    checkMembers(members);
    this.members = [...members];
    const points = makePoints(members);
    this.#hashes = points.hashes;
    this.#owners = points.owners;
    this.#slices = points.slices;
    this.#sliceShift = points.sliceShift;
  }

  /** Points on the circle: 160 × weight of each member, less those that fell on the same position. */
  get pointCount(): number {
    return this.#hashes.length;
  }

  /** The member that owns a key, or null in an empty ring. */
  owner(key: string): RingMember | null {
    return this.members[this.ownerIndex(crc32Key(key))] ?? null;
  }

  /** Index into `members` of the owner of a position on the circle (`crc32Key` of a key); -1 in an empty ring. */
  ownerIndex(hash: number): number {
    const at = this.#pointAt(hash);
    return at < 0 ? -1 : this.#owners[at]!;
  }

  /** The members in the order of the circle from the key's point, each once: owner first, then successors. */
  walk(key: string, limit: number = this.members.length): RingMember[] {
    return this.walkIndexes(crc32Key(key), limit).map((index) => this.members[index]!);
  }

  /** The same from a position, as indexes into `members`. */
  walkIndexes(hash: number, limit: number = this.members.length): number[] {
    const found: number[] = [];
    const seen = new Uint8Array(this.members.length);
    const owners = this.#owners;
    const wanted = Math.min(limit, this.members.length);
    let at = this.#pointAt(hash);
    for (let step = 0; step < owners.length && found.length < wanted; step++) {
      const owner = owners[at]!;
      if (seen[owner] === 0) found.push(owner);
      seen[owner] = 1;
      at = at + 1 === owners.length ? 0 : at + 1;
    }
    return found;
  }

  /** The owner of a position among the members that are live, as nginx finds it point by point; null if none is. */
  liveOwner(hash: number, isLive: (member: number) => boolean): LiveOwner | null {
    const count = this.#owners.length;
    const first = this.#pointAt(hash);
    for (let skipped = 0; skipped < count; skipped++) {
      const member = this.#owners[(first + skipped) % count]!;
      if (isLive(member)) return { member, skipped };
    }
    return null;
  }

  /** Share of the circle that each member owns, in the order of `members`; sums to 1. */
  shares(): number[] {
    const shares = new Array<number>(this.members.length).fill(0);
    const count = this.#hashes.length;
    for (let at = 0; at < count; at++) {
      const before = at === 0 ? this.#hashes[count - 1]! - 2 ** 32 : this.#hashes[at - 1]!;
      shares[this.#owners[at]!]! += (this.#hashes[at]! - before) / 2 ** 32;
    }
    return shares;
  }

  /** Index of the first point at or after a position, wrapping; -1 in an empty ring. */
  #pointAt(hash: number): number {
    const hashes = this.#hashes;
    let at = this.#slices[hash >>> this.#sliceShift]!;
    while (at < hashes.length && hashes[at]! < hash) at++;
    return at < hashes.length ? at : hashes.length === 0 ? -1 : 0;
  }
}

function checkMembers(members: readonly RingMember[]): void {
  const names = new Set<string>();
  for (const { name, weight } of members) {
    if (names.has(name)) throw new StreamctlError('USAGE', `build a ring: member ${name} is given twice`);
    names.add(name);
    if (Number.isSafeInteger(weight) && weight > 0) continue;
    const hint = `Give a whole number from 1; each is worth ${POINTS_PER_WEIGHT} points. To empty a node, drain it.`;
    throw new StreamctlError('USAGE', `build a ring: weight ${weight} of ${name} is no positive integer`, {
      hint,
    });
  }
  if (members.length > 65_535) throw new StreamctlError('USAGE', 'build a ring: more than 65,535 members');
}
