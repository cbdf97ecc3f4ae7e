/**
 * The frame number as black and white squares in the test picture: where they are, and how to read them back.
 *
 * Pure and free of Node, so that a page can read what it shows. Positions are shares of the picture, so they hold
 * for every rendition of the same aspect. The squares are in one row, most significant bit first, white is 1; the
 * last makes the number of white squares even.
 */

/** The number counts modulo 2^24: 6.5 days at 30 frames a second. */
export const COUNTER_BITS = 24;
export const COUNTER_CELLS = COUNTER_BITS + 1;
/** Side of a square ÷ width of the picture: 40 pixels of 1280. */
export const COUNTER_CELL = 1 / 32;
/** Left edge of the first square ÷ width. */
export const COUNTER_LEFT = 3.5 / 32;
/** Bottom edge of the row lies this share of the WIDTH above the bottom of the picture. */
export const COUNTER_BOTTOM = 1 / 32;

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Luma of a well-made square is below or above these (0 to 255); what lies between cannot be read. */
const DARK = 96;
const BRIGHT = 160;

/** Returns the squares in pixels of a picture; may have fractions. */
export function counterCells(width: number, height: number): readonly Cell[] {
  const size = width * COUNTER_CELL;
  const y = height - width * COUNTER_BOTTOM - size;
  return Array.from({ length: COUNTER_CELLS }, (_, index) => ({
    x: width * COUNTER_LEFT + index * size,
    y,
    size,
  }));
}

/**
 * Reads the frame number from a picture. `lumaAt` gives the luma (0 to 255) of a pixel. Returns null when a square
 * is neither black nor white or the parity is wrong: another picture, or one being torn or blended.
 */
export function readCounter(
  lumaAt: (x: number, y: number) => number,
  width: number,
  height: number,
): number | null {
  let value = 0;
  let ones = 0;
  for (const [index, cell] of counterCells(width, height).entries()) {
    const luma = middleLuma(lumaAt, cell);
    if (luma > DARK && luma < BRIGHT) return null;
    const bit = luma >= BRIGHT ? 1 : 0;
    ones += bit;
    if (index < COUNTER_BITS) value = value * 2 + bit;
  }
  return ones % 2 === 0 ? value : null;
}

/** The mean of five points around the middle, away from edges that scaling and coding blur. */
function middleLuma(lumaAt: (x: number, y: number) => number, { x, y, size }: Cell): number {
  const offsets = [0.5, 0.4, 0.6];
  const points = [...offsets.map((share) => [share, 0.5]), [0.5, 0.4], [0.5, 0.6]];
  const total = points.reduce(
    (sum, [across, down]) => sum + lumaAt(Math.floor(x + size * across!), Math.floor(y + size * down!)),
    0,
  );
  return total / points.length;
}
