/**
 * Rendezvous hashing with weights (Thaler and Ravishankar 1998; the logarithm method of Schindelhauer and Schomaker):
 * every member draws a score for the key, the highest wins. Exact shares without virtual nodes, but each lookup looks
 * at every member: right for a handful of regions, slow for hundreds of nodes.
 */
import { crc32Key } from './crc32.ts';

export interface WeightedName {
  readonly name: string;
  /** Above 0, not necessarily whole. */
  readonly weight: number;
}

/** Scrambles 32 bits so that related inputs give unrelated outputs (the finaliser of MurmurHash3); unsigned. */
export function mix32(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A member's score for a key, from the hashes of both; the highest is chosen. */
export function rendezvousScore(keyHash: number, memberHash: number, weight: number): number {
  const uniform = (mix32(keyHash ^ mix32(memberHash)) + 0.5) / 2 ** 32;
  return -weight / Math.log(uniform);
}

/** All members, the best for the key first. */
export function rendezvousOrder<T extends WeightedName>(key: string, members: readonly T[]): T[] {
  const hash = crc32Key(key);
  return members
    .map((member) => ({ member, score: rendezvousScore(hash, crc32Key(member.name), member.weight) }))
    .sort((a, b) => b.score - a.score)
    .map(({ member }) => member);
}
