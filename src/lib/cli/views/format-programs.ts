/** `upgrade --list` as lines: a row a program. Pure. */
import type { ProgramList } from '../upgrade-list.ts';
import { plainText } from './fit-text.ts';
import { formatTable } from './format-table.ts';
import type { Paint } from './paint.ts';

const MARGIN = '  ';
const COLUMNS = [
  { title: 'version' },
  { title: 'program' },
  { title: 'runs on', shrinkTo: 12 },
  { title: 'installed on', shrinkTo: 12, expendable: 1 },
];

/** Formats what can be brought with `--to VERSION` or `--to PROGRAM`, and where it runs. */
export function formatPrograms({ programs, silent }: ProgramList, columns: number, paint: Paint): string[] {
  const rows = programs.map(({ digest, version, own, runs, installed }) =>
    [version ?? '–', own ? `${digest} (this command)` : digest, names(runs), names(installed)].map(
      (text) => ({
        text,
      }),
    ),
  );
  const table = formatTable({ columns: COLUMNS, rows }, columns - MARGIN.length, paint.quiet);
  const unheard = silent.length === 0 ? [] : ['', `nobody says what runs on ${plainText(silent.join(', '))}`];
  return [...table, ...unheard].map((line) => `${MARGIN}${line}`.trimEnd());
}

function names(nodes: readonly string[]): string {
  return nodes.length === 0 ? '–' : nodes.join(', ');
}
