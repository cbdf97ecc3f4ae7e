/**
 * The spec: one YAML file that describes a cluster. This folder turns it into types, and says every fault at once
 * with file, line and column. It is not where anything is started, and it knows no default that is not in defaults.ts.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import type { Diagnostic } from './diagnostic.ts';
import { locatePath, type ParsedSpec, parseSpec } from './parse-spec.ts';
import type { Spec } from './resolve-spec.ts';

export interface LoadedSpec extends Spec {
  /** Absolute. */
  readonly file: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
}

/** Reads and parses a spec file. Throws NOT_FOUND or ENVIRONMENT when it cannot be read. */
export async function readSpec(file: string): Promise<{ parsed: ParsedSpec; digest: string; shown: string }> {
  const shown = showFile(file);
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') {
      throw new StreamctlError('NOT_FOUND', `no spec: ${shown} does not exist`, {
        hint: 'Run streamctl init to make one, or name one with --spec.',
        cause,
      });
    }
    throw new StreamctlError('ENVIRONMENT', `cannot read ${shown}: ${cause.code ?? cause.message}`, {
      cause,
    });
  });
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { parsed: parseSpec(bytes.toString('utf8'), shown), digest, shown };
}

/** Loads a spec. Throws SPEC_INVALID with every diagnostic in `details.diagnostics`; NOT_FOUND; ENVIRONMENT. */
export async function loadSpec(file: string): Promise<LoadedSpec> {
  const { parsed, digest, shown } = await readSpec(file);
  if (parsed.spec === null) throw specInvalid(shown, parsed.diagnostics);
  return { ...parsed.spec, file: resolve(file), digest };
}

/** Words the faults of a spec as one error. */
export function specInvalid(file: string, diagnostics: readonly Diagnostic[]): StreamctlError {
  const count = diagnostics.length === 1 ? '1 fault' : `${diagnostics.length} faults`;
  return new StreamctlError('SPEC_INVALID', `${file} has ${count}, nothing was started`, {
    details: { diagnostics },
  });
}

/** Finds where a path is in a spec file, to point at it in a diagnostic. */
export async function locateInSpec(
  file: string,
  path: readonly (string | number)[],
): Promise<{ file: string; line: number; column: number }> {
  return { file: showFile(file), ...locatePath(await readFile(file, 'utf8'), path) };
}

function showFile(file: string): string {
  const shown = relative(process.cwd(), resolve(file));
  return shown === '' || shown.startsWith('..') ? resolve(file) : shown;
}
