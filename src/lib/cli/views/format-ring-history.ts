/** `ring history` as lines: a row a change, oldest first. Pure. */
import type { RingChange } from '../../store/ring-records.ts';
import { formatDay } from './format-day.ts';
import { type Cell, type Column, formatTable } from './format-table.ts';
import type { Paint } from './paint.ts';

const MARGIN = '  ';
const COLUMNS: readonly Column[] = [
  { title: 'epoch', align: 'right' },
  { title: 'when' },
  { title: 'change', shrinkTo: 16 },
  { title: 'who', shrinkTo: 8, expendable: 1 },
  { title: 'from', shrinkTo: 6, expendable: 3 },
  { title: 'why', shrinkTo: 8, expendable: 2 },
];

/** Formats the changes of the ring. */
export function formatRingHistory(changes: readonly RingChange[], columns: number, paint: Paint): string[] {
  if (changes.length === 0) return [`${MARGIN}the ring was never changed`];
  const rows = changes.map(({ epoch, atMs, what, who, from, reason }): Cell[] =>
    [String(epoch), formatDay(atMs), what, who, from, reason].map((text) => ({ text })),
  );
  const table = formatTable({ columns: COLUMNS, rows }, columns - MARGIN.length, paint.quiet);
  return table.map((line) => `${MARGIN}${line}`.trimEnd());
}
