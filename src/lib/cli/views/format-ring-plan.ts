/** What a change of the ring would do, or did: streams that move, load before and after. Pure. */
import { formatCost } from '../../placement/encoder-cost.ts';
import type { PlanReport } from '../ring/plan-report.ts';
import { plainText, wrapText } from './fit-text.ts';
import { count, formatShare, MARGIN } from './format-ring.ts';
import { type Cell, type Column, formatTable } from './format-table.ts';
import type { Paint } from './paint.ts';

const LABEL = 7;
const MOST_ROWS = 20;
const WHY: Readonly<Record<string, string>> = {
  evacuate: 'its node leaves',
  home: 'it belongs there',
  relief: 'its node would be too full',
  pin: 'it is pinned there',
};

/** Formats a plan; no line is wider than `columns`. */
export function formatRingPlan(plan: PlanReport, columns: number, paint: Paint): string[] {
  const width = columns - MARGIN.length;
  const sentences = [wordMoves(plan), ...wordLoad(plan)];
  const lines = sentences.flatMap((text, index) => labelled(index === 0 ? 'plan' : '', text, width));
  const moves = plan.moves.length === 0 ? [] : ['', ...moveTable(plan, width, paint)];
  const changed = plan.loads.filter(({ before, after }) => before !== after);
  const loads =
    changed.length === 0 || plan.moves.length === 0 ? [] : ['', ...loadTable(changed, width, paint)];
  const refused = plan.refusals.flatMap(({ stream, lack, cure }) =>
    labelled('!', `${stream}: ${lack}. ${cure}`, width),
  );
  return [...lines, ...moves, ...loads, ...(refused.length > 0 ? ['', ...refused] : [])].map((line) =>
    line === '' ? '' : `${MARGIN}${line}`.trimEnd(),
  );
}

function labelled(label: string, text: string, width: number): string[] {
  return wrapText(plainText(text), width - LABEL).map(
    (line, index) => `${(index === 0 ? label : '').padEnd(LABEL)}${line}`,
  );
}

/** `7 of 91 streams move to eu-4 (…), 30 others elsewhere`: moves that earlier changes planned are among them. */
export function wordMoves({ what, moves, streams, ideal }: PlanReport): string {
  const moved = countStreams(moves);
  const head = what === null ? '' : `${what}: `;
  if (ideal !== null) {
    const there = countStreams(moves.filter(({ to }) => to === ideal.node));
    const share = `${formatShare(ideal.share)} of the circle, ideally ${ideal.streams.toFixed(1)} streams`;
    const rest = moved - there;
    const others = rest === 0 ? '' : `, ${count(rest, 'other')} elsewhere`;
    return `${head}${wordMoved(there, streams)} to ${ideal.node} (${share})${others}`;
  }
  if (moved === 0) return what === null ? 'nothing is left to move' : `${head}no stream moves`;
  return head + wordMoved(moved, streams);
}

function wordMoved(moved: number, streams: number): string {
  return `${moved} of ${count(streams, 'stream')} ${moved === 1 || streams === 1 ? 'moves' : 'move'}`;
}

function countStreams(moves: PlanReport['moves']): number {
  return new Set(moves.map(({ stream }) => stream)).size;
}

function wordLoad({ maxOverMean, moves }: PlanReport): string[] {
  const { before, after } = maxOverMean;
  if (moves.length === 0 && before === after) return [];
  return [`load, highest over mean: ${before.toFixed(2)} → ${after.toFixed(2)}`];
}

const MOVE_COLUMNS: readonly Column[] = [
  { title: 'stream', shrinkTo: 16 },
  { title: 'from', shrinkTo: 10 },
  { title: 'to', shrinkTo: 10 },
  { title: 'because', shrinkTo: 12 },
];

function moveTable({ moves }: PlanReport, width: number, paint: Paint): string[] {
  const shown = paint.symbols ? moves.slice(0, MOST_ROWS) : moves;
  const rows = shown.map(({ stream, from, to, why }): Cell[] =>
    [stream, from, to, WHY[why] ?? why].map((text) => ({ text })),
  );
  const more = moves.length - shown.length;
  const table = formatTable({ columns: MOVE_COLUMNS, rows }, width - LABEL, paint.quiet);
  const lines = [...table, ...(more > 0 ? [`… and ${more} more; --json lists all`] : [])];
  return lines.map((line) => ' '.repeat(LABEL) + line);
}

function loadTable(loads: PlanReport['loads'], width: number, paint: Paint): string[] {
  const shown = paint.symbols ? loads.slice(0, MOST_ROWS) : loads;
  const rows = shown.map(({ node, before, after }): Cell[] =>
    [node, formatCost(before), '→', formatCost(after)].map((text) => ({ text })),
  );
  const columns: readonly Column[] = [
    { title: 'node', shrinkTo: 10 },
    { title: 'load', align: 'right' },
    { title: '' },
    { title: 'then', align: 'right' },
  ];
  return formatTable({ columns, rows }, width - LABEL, paint.quiet).map((line) => ' '.repeat(LABEL) + line);
}
