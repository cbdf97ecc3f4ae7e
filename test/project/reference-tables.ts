/** The tables of docs/reference.md that follow from code: what they must hold, how to read and to rewrite them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../src/lib/base/errors.ts';
import { specJsonSchema } from '../../src/lib/spec/schema.ts';
import { loadCommands } from './command-list.ts';
import { fileAt, ROOT } from './repository-files.ts';

const PATH = 'docs/reference.md';

/** A row as it stands in the document, without the outer bars. */
type Row = string;

/** The rows that each generated section must hold, by its heading. */
export async function expectedTables(): Promise<ReadonlyMap<string, readonly Row[]>> {
  const commands = (await loadCommands()).filter((command) => !command.hidden);
  const codes = Object.entries(ERROR_CODES);
  return new Map([
    ['Commands', commands.map((command) => `\`streamctl ${command.words}\` | ${command.summary}`)],
    [
      'Error codes',
      codes.map(([code, { exit, http, meaning }]) => `\`${code}\` | ${exit} | ${http} | ${meaning}`),
    ],
    ['Spec', keysOf(specJsonSchema() as Schema, '')],
  ]);
}

/** The rows of the first table of a section. */
export function rowsUnder(heading: string): Row[] {
  return bodyOf(sectionOf(fileAt(PATH).text, heading)).map(cellsOf);
}

/** Replaces the rows of a section's first table, in the file. */
export function rewriteRows(heading: string, rows: readonly Row[]): void {
  const { text } = fileAt(PATH);
  const section = sectionOf(text, heading);
  const lines = section.split('\n');
  const head = lines.findIndex((line) => line.startsWith('| ---')) + 1;
  const renewed = [
    ...lines.slice(0, head),
    ...rows.map((row) => `| ${row} |`),
    ...lines.slice(head + bodyOf(section).length),
  ];
  writeFileSync(
    join(ROOT, PATH),
    text.replace(section, () => renewed.join('\n')),
  );
}

function sectionOf(text: string, heading: string): string {
  const start = text.indexOf(`\n## ${heading}\n`);
  if (start === -1) throw new Error(`${PATH} has no section "${heading}"`);
  const end = text.indexOf('\n## ', start + 1);
  return text.slice(start, end === -1 ? undefined : end);
}

function bodyOf(section: string): string[] {
  const lines = section.split('\n');
  const head = lines.findIndex((line) => line.startsWith('| ---')) + 1;
  const rest = lines.slice(head);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return end === -1 ? rest : rest.slice(0, end);
}

/** A row without the padding that the formatter adds. */
function cellsOf(line: string): Row {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
    .join(' | ');
}

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Record<string, Schema>;
}

/** Keys that only say again what is under `ports` and `media`. */
const REPEATED = /^(streams\[\]\.media|nodes\[\]\.ports)\./;

function keysOf(schema: Schema, parent: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const path = `${parent}${name}${value.type === 'array' ? '[]' : ''}`;
    if (REPEATED.test(path)) return [];
    const inner = value.type === 'array' ? (value.items ?? {}) : value;
    return [`\`${path}\` | ${value.description ?? ''}`, ...keysOf(inner, `${path}.`)];
  });
}
