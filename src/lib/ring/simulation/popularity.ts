/** How many viewers each stream has, and chance that is the same in every run. */
import { mix32 } from '../rendezvous.ts';

/**
 * Viewers of each stream under Zipf's law: the stream of rank r gets 1 / r^exponent of the top one's. Whole numbers
 * that sum to `viewers`; rounding goes to the streams that lost most by it. With exponent 0 all are equal.
 */
export function zipfViewers(streams: number, viewers: number, exponent: number): Uint32Array {
  const shares = Float64Array.from({ length: streams }, (_, rank) => (rank + 1) ** -exponent);
  const sum = shares.reduce((total, share) => total + share, 0);
  const exact = shares.map((share) => (share / sum) * viewers);
  const counts = Uint32Array.from(exact, Math.floor);
  const left = viewers - counts.reduce((total, count) => total + count, 0);
  const byLoss = Uint32Array.from(exact, (_, at) => at).sort(
    (a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!) || a - b,
  );
  for (let at = 0; at < left; at++) counts[byLoss[at]!]!++;
  return counts;
}

/** Splits counts over `parts` as evenly as whole numbers allow; odd ones go to the parts in turn. */
export function splitEvenly(counts: Uint32Array, parts: number): Uint32Array[] {
  let turn = 0;
  const split = Array.from({ length: parts }, () => new Uint32Array(counts.length));
  for (let at = 0; at < counts.length; at++) {
    const whole = Math.floor(counts[at]! / parts);
    for (const part of split) part[at] = whole;
    for (let odd = counts[at]! % parts; odd > 0; odd--) split[turn++ % parts]![at]!++;
  }
  return split;
}

/**
 * Writes each index as often as its count says, well mixed: steps of about the golden section of the whole, so that
 * every stretch holds each index about as often as its share. Where it begins depends on the seed.
 */
export function interleave(counts: Uint32Array, seed: number): Uint32Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const order = new Uint32Array(total);
  const step = coprimeStep(total);
  let place = total === 0 ? 0 : mix32(seed) % total;
  for (let at = 0; at < counts.length; at++) {
    for (let left = counts[at]!; left > 0; left--) {
      order[place] = at;
      place += step;
      if (place >= total) place -= total;
    }
  }
  return order;
}

function coprimeStep(total: number): number {
  let step = Math.max(1, Math.round(total * 0.381966));
  while (greatestCommonDivisor(step, total) > 1) step++;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
