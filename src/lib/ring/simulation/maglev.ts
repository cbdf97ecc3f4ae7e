/**
 * Maglev's lookup table (Eisenbud et al., NSDI 2016, section 3.4): every node has its own permutation of the entries,
 * and nodes take turns to claim their next free one. Shares are almost exact; a change of nodes disturbs a few keys of
 * the others.
 */
import { crc32Key } from '../crc32.ts';
import { mix32 } from '../rendezvous.ts';

/** A prime, at least a hundred times as large as the number of nodes in any region that is likely. */
export const MAGLEV_ENTRIES = 65_537;

/** Fills the table: for each entry the index of the node in `names`, fewer than 65,535 of them. */
export function makeMaglevTable(names: readonly string[]): Uint16Array {
  const table = new Uint16Array(MAGLEV_ENTRIES).fill(0xffff);
  const skips = names.map((name) => (mix32(crc32Key(name) ^ 0x5bd1e995) % (MAGLEV_ENTRIES - 1)) + 1);
  const next = names.map((name) => mix32(crc32Key(name)) % MAGLEV_ENTRIES);
  for (let filled = 0; filled < MAGLEV_ENTRIES && names.length > 0; ) {
    for (let node = 0; node < names.length && filled < MAGLEV_ENTRIES; node++) {
      let entry = next[node]!;
      while (table[entry] !== 0xffff) entry = (entry + skips[node]!) % MAGLEV_ENTRIES;
      table[entry] = node;
      next[node] = (entry + skips[node]!) % MAGLEV_ENTRIES;
      filled++;
    }
  }
  return table;
}
