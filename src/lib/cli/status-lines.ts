/** The status as lines for where it goes: a table of the terminal's width, or plain lines for a pipe. */
import type { ClusterStatus } from '../health/cluster-status.ts';
import { outputColumns } from './terminal-size.ts';
import { formatStatus, formatStatusPlain } from './views/format-status.ts';
import { COLOURED, PLAIN } from './views/paint.ts';

/** Formats for standard output as it is. */
export function statusLines(status: ClusterStatus, output: NodeJS.WriteStream, colour: boolean): string[] {
  if (!output.isTTY) return formatStatusPlain(status, PLAIN);
  return formatStatus(status, outputColumns(output), colour ? COLOURED : PLAIN);
}
