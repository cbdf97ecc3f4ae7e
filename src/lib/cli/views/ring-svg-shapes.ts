/** Shapes and words of the drawing of a ring. Pure. */

/** Told apart by most eyes and on dark and light; after these they begin anew. */
const COLOURS = [
  '#3b82c4',
  '#e08a2c',
  '#3f9c6b',
  '#b45cb8',
  '#c9b02f',
  '#5bb5c9',
  '#d2605a',
  '#8a7fd6',
  '#8c6d4f',
  '#7fa83a',
  '#d977a6',
  '#6c7a89',
];

/** The colour of a node by its position among the nodes of its region. */
export function colourOf(node: number): string {
  return COLOURS[node % COLOURS.length]!;
}

export interface Arc {
  readonly x: number;
  readonly y: number;
  readonly inner: number;
  readonly outer: number;
  /** Positions on the circle, 0 at the top, clockwise; `to` may be above 1. */
  readonly from: number;
  readonly to: number;
}

/** The path of a piece of a ring. */
export function arc({ x, y, inner, outer, from, to }: Arc): string {
  const end = Math.min(to, from + 0.9999);
  const large = end - from > 0.5 ? 1 : 0;
  const at = (radius: number, position: number): string => {
    const angle = position * 2 * Math.PI;
    return `${round(x + Math.sin(angle) * radius)} ${round(y - Math.cos(angle) * radius)}`;
  };
  return `M${at(outer, from)}A${outer} ${outer} 0 ${large} 1 ${at(outer, end)}L${at(inner, end)}A${inner} ${inner} 0 ${large} 0 ${at(inner, from)}Z`;
}

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  /** Classes. */
  readonly kind?: string;
}

/** A line of text. */
export function text({ x, y, kind = 'label' }: TextPlace, words: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escapeXml(words)}</text>`;
}

export function escapeXml(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
