/** A region's circle as pieces, each between two points. Pure. */

import { makePoints } from '../../ring/ring-points.ts';
import type { CircleNode } from './ring-circle.ts';

export interface CirclePiece {
  /** Index of the node that owns it. */
  readonly node: number;
  /** Positions, 0 to 1; the piece across 0 begins below it. */
  readonly from: number;
  readonly to: number;
}

export interface CirclePieces {
  readonly pieces: readonly CirclePiece[];
}

/** More pieces than this are no longer seen, and make the file large. */
const MOST_PIECES = 2400;

/** The pieces in the order of the circle, neighbours of one node as one; of too many only every n-th. */
export function mergePieces(nodes: readonly CircleNode[]): CirclePieces {
  const { hashes, owners } = makePoints(nodes);
  const count = hashes.length;
  const step = Math.max(1, Math.ceil(count / MOST_PIECES));
  const pieces: CirclePiece[] = [];
  for (let at = 0; at < count; at += step) {
    const to = hashes[Math.min(at + step, count) - 1]! / 2 ** 32;
    const from = at === 0 ? hashes[count - 1]! / 2 ** 32 - 1 : hashes[at - 1]! / 2 ** 32;
    const node = owners[at]!;
    const last = pieces.at(-1);
    if (last?.node === node) pieces[pieces.length - 1] = { ...last, to };
    else pieces.push({ node, from, to });
  }
  return { pieces };
}
