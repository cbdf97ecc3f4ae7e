/** How much room there is for lines. A terminal that nobody gave a size (`script`, `docker run -t`) says 0 by 0. */

/** Width of output that no terminal shows. */
const PLAIN_WIDTH = 120;

type Terminal = Pick<NodeJS.WriteStream, 'columns' | 'rows'>;

/** The size of a terminal; 80 by 24 where it has none. */
export function terminalSize({ columns, rows }: Terminal): { columns: number; rows: number } {
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
}

/** Columns for lines on this stream: those of a terminal, else `plain`. */
export function outputColumns(output: Terminal & { readonly isTTY?: boolean }, plain = PLAIN_WIDTH): number {
  return output.isTTY === true ? terminalSize(output).columns : plain;
}
