/**
 * Draws a simulation: a row for each strategy, a column for each phase, in each the load of every node, the busiest
 * first, against the mean. One file without references to others; follows the reader's dark or light setting.
 */
import type { PhaseResult, SimulationResult } from './simulate.ts';

const LABEL_WIDTH = 130;
const CELL_WIDTH = 170;
const CELL_HEIGHT = 72;
const GAP = 14;
const TOP = 64;
/** Loads above this multiple of the mean are cut off; the number beside them tells. */
const CEILING = 3;
const MOST_BARS = 75;
/** 1.25, and a little for limits that are rounded up to whole viewers. */
const OVERLOAD = 1.26;

/** Formats the drawing as an SVG document. */
export function formatSimulationSvg({ options, phases, strategies }: SimulationResult): string {
  const width = LABEL_WIDTH + phases.length * (CELL_WIDTH + GAP);
  const height = TOP + strategies.length * (CELL_HEIGHT + GAP) + 30;
  const about = `${options.nodes} nodes, ${options.streams} streams, ${options.viewers} viewers`;
  const heads = phases.map(({ title }, at) => text({ x: cellLeft(at), y: TOP - 12 }, escapeXml(title)));
  const rows = strategies.map(({ strategy, phases: results }, row) => {
    const top = TOP + row * (CELL_HEIGHT + GAP);
    const cells = results.map((phase, at) => drawCell(phase, cellLeft(at), top));
    return text({ x: 0, y: top + CELL_HEIGHT / 2 }, strategy) + cells.join('');
  });
  const legend =
    `Each bar is a node, its height the load over the mean (the line); red is more than 1.25 × the mean, ` +
    `cut off at ${CEILING} ×. The number is the busiest node.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 0 ${width + 16} ${height}" role="img">
<title>Load of nodes by strategy: ${about}</title>
<style>
  svg { font: 13px system-ui, sans-serif; background: #fff; color: #1b1f24 }
  text { fill: currentColor } .ground { fill: #8881 } .bar { fill: #3b82c4 } .over { fill: #d2483f }
  .mean { stroke: currentColor; stroke-dasharray: 3 3; opacity: .6 } .number { text-anchor: end } .title { font-weight: 600; font-size: 15px }
  @media (prefers-color-scheme: dark) { svg { background: #14171a; color: #e6e8ea } }
</style>
${text({ x: 0, y: 24, kind: 'title' }, `Load of nodes: ${about}`)}
${heads.join('\n')}
${rows.join('\n')}
${text({ x: 0, y: height - 10 }, legend)}
</svg>
`;
}

function cellLeft(column: number): number {
  return LABEL_WIDTH + column * (CELL_WIDTH + GAP);
}

function drawCell({ loads, maxOverMean }: PhaseResult, left: number, top: number): string {
  const bars = thinOut(loads, MOST_BARS);
  const step = CELL_WIDTH / bars.length;
  const drawn = bars.map((load, at) => {
    const height = (Math.min(load, CEILING) / CEILING) * CELL_HEIGHT;
    const kind = load > OVERLOAD ? 'over' : 'bar';
    return `<rect class="${kind}" x="${round(left + at * step)}" y="${round(top + CELL_HEIGHT - height)}" width="${round(step * 0.85)}" height="${round(height)}"/>`;
  });
  const mean = round(top + CELL_HEIGHT - CELL_HEIGHT / CEILING);
  return `<rect class="ground" x="${left}" y="${top}" width="${CELL_WIDTH}" height="${CELL_HEIGHT}"/>${drawn.join('')}<line class="mean" x1="${left}" x2="${left + CELL_WIDTH}" y1="${mean}" y2="${mean}"/>${text({ x: left + CELL_WIDTH - 4, y: top + 15, kind: 'number' }, `${maxOverMean.toFixed(2)} ×`)}`;
}

/** At most `most` of the values, evenly chosen, the first among them. */
function thinOut(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, at) => values[Math.floor((at * values.length) / most)]!);
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly kind?: 'title' | 'number' | 'label';
}

function text({ x, y, kind = 'label' }: TextPlace, words: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${words}</text>`;
}

function escapeXml(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
