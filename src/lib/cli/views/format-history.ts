/** `history` as lines: a row an entry, oldest first. Pure. */
import { type HistoryEntry, isContinuedByUp } from '../../provision/operation/merge-history.ts';
import { wordOperator } from '../../provision/operation/operator.ts';
import type { History } from '../load-history.ts';
import { plainText } from './fit-text.ts';
import { formatDay } from './format-day.ts';
import { type Cell, type Column, formatTable } from './format-table.ts';
import type { Paint } from './paint.ts';

const MARGIN = '  ';
const COLUMNS: readonly Column[] = [
  { title: 'when' },
  { title: 'what', shrinkTo: 16 },
  { title: 'result' },
  { title: 'took', align: 'right', expendable: 2 },
  { title: 'who', shrinkTo: 10, expendable: 1 },
  { title: 'what came of it', shrinkTo: 12 },
];

/** Formats the history of a cluster, and what to do about a command that was killed last. */
export function formatHistory({ cluster, entries, store }: History, columns: number, paint: Paint): string[] {
  const away =
    store === 'away' ? ['', `${MARGIN}the store does not answer: this is what this machine did`] : [];
  if (entries.length === 0) return [`${MARGIN}nothing was done to cluster ${cluster} yet`, ...away];
  const rows = entries.map((entry): Cell[] => {
    const { atMs, what, who, ci, result, text } = entry;
    const plain = [formatDay(atMs), what].map((word) => ({ text: word }));
    const colour = COLOURS[result](paint);
    const rest = [took(entry), wordOperator({ who, ci }), text.split('\n')[0]!].map((word) => ({
      text: word,
    }));
    return [...plain, { text: result, paint: colour }, ...rest];
  });
  const table = formatTable({ columns: COLUMNS, rows }, columns - MARGIN.length, paint.quiet);
  const last = entries.findLast(({ endedMs, result }) => endedMs !== null || result === 'unfinished');
  const remedy =
    last?.result === 'unfinished' && isContinuedByUp(last.what)
      ? ['', `${MARGIN}${plainText(last.what)} was killed on its way: streamctl up goes on where it stopped`]
      : [];
  return [...table.map((line) => `${MARGIN}${line}`.trimEnd()), ...remedy, ...away];
}

const COLOURS: Readonly<Record<HistoryEntry['result'], (paint: Paint) => (text: string) => string>> = {
  done: (paint) => paint.good,
  running: (paint) => paint.good,
  failed: (paint) => paint.bad,
  interrupted: (paint) => paint.warn,
  unfinished: (paint) => paint.warn,
  unknown: (paint) => paint.quiet,
};

function took({ atMs, endedMs }: HistoryEntry): string {
  return endedMs === null ? '' : `${((endedMs - atMs) / 1000).toFixed(1)} s`;
}
