/** A small table: aligned columns, two spaces between them, cut to the width it gets. Pure. */
import { cutText, padText, plainText, textWidth } from './fit-text.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Columns with the highest number are left out first when the table is too wide; 0 stays. */
  readonly expendable?: number;
  /** May be cut to this width before any column is left out. */
  readonly shrinkTo?: number;
}

export interface Cell {
  readonly text: string;
  /** Colours the text; must not change its width. */
  readonly paint?: (text: string) => string;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const GAP = '  ';

/** Formats a heading line and one line per row, none wider than `width` columns. */
export function formatTable(table: Table, width: number, paintHeading = (text: string) => text): string[] {
  const { columns, rows } = fitColumns(clean(table), width);
  const widths = shrink(columnWidths({ columns, rows }), leastWidths({ columns, rows }), width);
  const last = widths.length - 1;
  const line = (cells: readonly Cell[]) =>
    cells
      .map(({ text, paint }, index) => {
        const padded = padText(cutText(text, widths[index]!), widths[index]!, columns[index]!.align);
        const trimmed = index === last ? padded.trimEnd() : padded;
        return paint === undefined ? trimmed : trimmed.replace(text, () => paint(text));
      })
      .join(GAP)
      .trimEnd();
  const heading = line(columns.map((column) => ({ text: column.title })));
  return [paintHeading(heading), ...rows.map(line)];
}

function clean({ columns, rows }: Table): Table {
  return {
    columns,
    rows: rows.map((row) => row.map((cell) => ({ ...cell, text: plainText(cell.text) }))),
  };
}

/** Leaves columns out, the most expendable first, until the rest fits when shrunk, or none may be left out. */
function fitColumns(table: Table, width: number): Table {
  if (totalWidth(leastWidths(table)) <= width) return table;
  const ranks = table.columns.map((column) => column.expendable ?? 0);
  const most = Math.max(...ranks);
  if (most === 0) return table;
  const out = ranks.lastIndexOf(most);
  const keep = <T>(list: readonly T[]) => list.filter((_, index) => index !== out);
  return fitColumns({ columns: keep(table.columns), rows: table.rows.map(keep) }, width);
}

function columnWidths({ columns, rows }: Table): number[] {
  return columns.map(({ title }, index) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[index]?.text ?? '')), textWidth(title)),
  );
}

function leastWidths(table: Table): number[] {
  return columnWidths(table).map((full, index) => Math.min(full, table.columns[index]!.shrinkTo ?? full));
}

/** Takes what is too much from the columns that may shrink, the last first; then from any, the widest first. */
function shrink(full: readonly number[], least: readonly number[], width: number): number[] {
  const widths = [...full];
  for (let index = widths.length - 1; index >= 0; index--) {
    const over = Math.max(0, totalWidth(widths) - width);
    widths[index] = Math.max(least[index]!, widths[index]! - over);
  }
  while (totalWidth(widths) > width && Math.max(...widths) > 1) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  }
  return widths;
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}
