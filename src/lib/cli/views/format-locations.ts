/** `ring locate` as lines: a row a stream and region. Pure. */
import type { StreamLocation } from '../../membership/locate-stream.ts';
import { plainText } from './fit-text.ts';
import { type Cell, type Column, formatTable } from './format-table.ts';
import type { Paint } from './paint.ts';

const COLUMNS: readonly Column[] = [
  { title: 'stream', shrinkTo: 16 },
  { title: 'region', shrinkTo: 8 },
  { title: 'belongs to', shrinkTo: 10 },
  { title: 'then', shrinkTo: 8, expendable: 1 },
  { title: 'runs on', shrinkTo: 8 },
  { title: 'because', shrinkTo: 16 },
];
const MARGIN = '  ';
const MOST_SUCCESSORS = 4;

/** Formats a table; a stream's name stands in its first row alone. */
export function formatLocations(
  locations: readonly StreamLocation[],
  columns: number,
  paint: Paint,
): string[] {
  const rows = locations.map((location, at): Cell[] => {
    const { key, region, owner, successors, placed, reason, why } = location;
    const repeated = locations[at - 1]?.key === key;
    const away = placed.length > 0 && reason !== 'owner';
    return [
      { text: repeated && paint.symbols ? '' : key },
      { text: region },
      { text: owner ?? '–' },
      { text: shorten(successors) },
      { text: placed.length === 0 ? '–' : placed.join(' '), ...(away ? { paint: paint.warn } : {}) },
      { text: why ?? '' },
    ];
  });
  const table = { columns: COLUMNS, rows };
  return formatTable(table, columns - MARGIN.length, paint.quiet).map((line) => `${MARGIN}${line}`.trimEnd());
}

function shorten(names: readonly string[]): string {
  const shown = names.slice(0, MOST_SUCCESSORS).map(plainText).join(' ');
  return names.length > MOST_SUCCESSORS ? `${shown} … ${names.length} in all` : shown;
}
