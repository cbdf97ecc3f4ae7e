/** One line of the benchmark's table: what was measured, and what it has to be. */
export interface Bound {
  readonly limit: number;
  /** Whether the limit itself still passes. */
  readonly inclusive: boolean;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Null: could not be measured; `detail` says why. */
  readonly value: number | null;
  readonly must: Bound | null;
  readonly aim: Bound | null;
  /** Spread, sample size, conditions. */
  readonly detail: string;
}

export type Mark = 'aim' | 'must' | 'MISS' | 'not measured' | 'for information';

export const below = (limit: number): Bound => ({ limit, inclusive: false });
export const atMost = (limit: number): Bound => ({ limit, inclusive: true });

/** Says which bound a figure keeps. */
export function markOf({ value, must, aim }: Figure): Mark {
  if (value === null) return 'not measured';
  if (must === null) return 'for information';
  if (aim !== null && keeps(value, aim)) return 'aim';
  return keeps(value, must) ? 'must' : 'MISS';
}

function keeps(value: number, { limit, inclusive }: Bound): boolean {
  return inclusive ? value <= limit : value < limit;
}

/** Formats the figures as an aligned table. */
export function formatTable(figures: readonly Figure[]): string {
  const head = ['figure', 'value', 'must', 'aim', 'result', 'detail'];
  const rows = figures.map((figure) => [
    figure.name,
    figure.value === null ? '–' : `${round(figure.value)} ${figure.unit}`.trim(),
    formatBound(figure.must),
    formatBound(figure.aim),
    markOf(figure),
    figure.detail,
  ]);
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const format = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 5 ? cell : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return all.map((row) => `  ${format(row)}`).join('\n');
}

function formatBound(bound: Bound | null): string {
  if (bound === null) return '';
  return `${bound.inclusive ? '≤' : '<'} ${round(bound.limit)}`;
}

function round(value: number): string {
  return String(Number(value.toFixed(Math.abs(value) < 10 ? 3 : 1)));
}
