/** The one renderer of failures: text for people, JSON for scripts. Pure. */
import type { StreamctlError } from '../base/errors.ts';
import { stripControls } from '../base/strip-controls.ts';

/** What a failed command prints on standard output under `--json`. */
export interface ErrorJson {
  readonly version: 1;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly details: unknown;
  };
}

/** One fault of a spec, as `details.diagnostics` carries them. */
interface DiagnosticLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** Formats an error for scripts: exactly the fields of the table, nothing that a library hung on the error. */
export function formatErrorJson(error: StreamctlError): ErrorJson {
  const { code, message, hint, details } = error;
  return { version: 1, error: { code, message, hint: hint ?? null, details: details ?? null } };
}

/**
 * Formats an error for people. `details.diagnostics` become one line each, `details.facts` (label to text) become
 * rows, and the hint is the last row. Some of it is what nodes said, so nothing of it acts on the terminal.
 */
export function formatErrorText(error: StreamctlError, colour: boolean): string {
  const cross = colour ? '\u001b[31m✖\u001b[39m' : '✖';
  const lines = [error.message];
  const details = (error.details ?? {}) as { diagnostics?: DiagnosticLine[]; facts?: Record<string, string> };
  if (details.diagnostics) lines.push('', ...formatDiagnostics(details.diagnostics));
  const facts = Object.entries(details.facts ?? {});
  if (facts.length > 0)
    lines.push(...formatRows([...facts, ...(error.hint ? [['remedy', error.hint]] : [])]));
  else if (error.hint) lines.push(...(details.diagnostics ? [''] : []), `    ${error.hint}`);
  const text = lines.join('\n').split('\n').map(stripControls).join('\n');
  return `  ${cross} ${text}\n`;
}

/** Formats faults of a spec as aligned columns: place, path, message. */
export function formatDiagnostics(diagnostics: readonly DiagnosticLine[]): string[] {
  const places = diagnostics.map(({ file, line, column }) => `${file}:${line}:${column}`);
  const width = Math.max(...places.map((place) => place.length));
  const pathWidth = Math.max(...diagnostics.map(({ path }) => path.length));
  return diagnostics.map(({ path, message }, index) =>
    `    ${places[index]!.padEnd(width)}  ${path.padEnd(pathWidth)}  ${message}`.trimEnd(),
  );
}

function formatRows(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([label]) => label!.length));
  return rows.flatMap(([label, text]) =>
    text!
      .split('\n')
      .map((line, index) => `    ${(index === 0 ? label! : '').padEnd(width)}   ${line}`.trimEnd()),
  );
}
