/**
 * A region's circle drawn with letters: every piece shows the letter of the node that owns most of it. Position 0 is at
 * the top, positions grow clockwise, as on a clock. Streams are numbers inside, at their places. Pure.
 */
import { Ring } from '../../ring/ring.ts';

export interface CircleNode {
  readonly name: string;
  readonly weight: number;
}

export interface CircleMark {
  /** 0 to below 1. */
  readonly position: number;
  /** One character. */
  readonly sign: string;
}

export interface CircleCell {
  readonly character: string;
  /** Index of the node whose piece it is; null for marks and space. */
  readonly node: number | null;
}

/** Letters of nodes, in their order; a terminal drawing shows no more nodes than this. */
export const NODE_LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A character is about twice as high as it is wide. */
const ASPECT = 2;
const THICKNESS = 1.9;
const SAMPLES = 24;
const SPACE: CircleCell = { character: ' ', node: null };

export interface CircleDrawing {
  readonly nodes: readonly CircleNode[];
  readonly marks: readonly CircleMark[];
  /** Words in the middle, one a line. */
  readonly centre: readonly string[];
  /** In lines, from the middle to the outside; at least 4. */
  readonly radius: number;
}

/** Draws 2 × radius + 1 lines of cells, each 4 × radius + 1 wide. */
export function drawCircle({ nodes, marks, centre, radius }: CircleDrawing): CircleCell[][] {
  const ring = new Ring(nodes);
  const rows = 2 * radius + 1;
  const columns = 2 * ASPECT * radius + 1;
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column): CircleCell => {
      const place = polar(column - ASPECT * radius, row - radius);
      if (Math.abs(place.distance - radius + THICKNESS / 2) > THICKNESS / 2 + 0.15) return SPACE;
      const node = mainOwner(ring, place.position, 1 / (2 * Math.PI * radius * ASPECT));
      return { character: NODE_LETTERS[node] ?? '?', node };
    }),
  );
  for (const [index, words] of centre.entries())
    writeCentre(cells, words, radius + index - Math.floor(centre.length / 2));
  for (const { position, sign } of marks) writeMark(cells, { position, sign, radius });
  return cells;
}

/** Distance from the middle in lines, and the position on the circle, of a cell. */
function polar(column: number, row: number): { distance: number; position: number } {
  const x = column / ASPECT;
  const turn = Math.atan2(x, -row) / (2 * Math.PI);
  return { distance: Math.hypot(x, row), position: turn < 0 ? turn + 1 : turn };
}

/** Index of the node that owns most of the piece of `width` around a position. */
function mainOwner(ring: Ring, position: number, width: number): number {
  const counts = new Map<number, number>();
  for (let sample = 0; sample < SAMPLES; sample++) {
    const at = position + ((sample + 0.5) / SAMPLES - 0.5) * width;
    const owner = ring.ownerIndex(Math.floor((at - Math.floor(at)) * 2 ** 32));
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

function writeCentre(cells: CircleCell[][], words: string, row: number): void {
  const line = cells[row];
  if (line === undefined) return;
  const start = Math.max(0, Math.ceil((line.length - words.length) / 2));
  for (const [index, character] of [...words].entries()) line[start + index] = { character, node: null };
}

/** Inside of the circle, beside the piece that it is in; the first of two at one place stays. */
function writeMark(cells: CircleCell[][], mark: CircleMark & { readonly radius: number }): void {
  const { position, sign, radius } = mark;
  const angle = position * 2 * Math.PI;
  const distance = radius - THICKNESS - 0.9;
  const row = Math.round(radius - Math.cos(angle) * distance);
  const column = Math.round(ASPECT * radius + Math.sin(angle) * distance * ASPECT);
  if (cells[row]?.[column]?.character === ' ') cells[row][column] = { character: sign, node: null };
}
