/** Names that people mistype: the nearest known one, for "did you mean". */

/**
 * Returns the candidate with the least edit distance to `word` (insert, delete, replace, swap of neighbours),
 * or null when none is within a third of the word's length (at least one edit).
 */
export function findNearest(word: string, candidates: Iterable<string>): string | null {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = measureDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? findByPrefix(word, candidates);
}

/** `europe` for `eu`: one begins with the other, two letters or more. */
function findByPrefix(word: string, candidates: Iterable<string>): string | null {
  for (const candidate of candidates) {
    if (candidate.length < 2 || word.length < 2) continue;
    if (word.startsWith(candidate) || candidate.startsWith(word)) return candidate;
  }
  return null;
}

/** Optimal string alignment distance. */
function measureDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + cost);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, before[column - 2]! + 1);
      current.push(least);
    }
    before = above;
    above = current;
  }
  return above[b.length]!;
}
