/**
 * The spec: one YAML file that describes a cluster, with what it includes (include/). This folder turns it into types, and says every fault at once
 * with file, line and column. It is not where anything is started, and it knows no default that is not in defaults.ts.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { IncludedText } from './include/included-text.ts';
import { loadIncludes } from './include/load-includes.ts';
import { locatePath, type ParsedSpec, parseSpec } from './parse-spec.ts';
import type { Spec } from './resolve-spec.ts';

export interface LoadedSpec extends Spec {
  /** Absolute. */
  readonly file: string;
  /** SHA-256 of the bytes of the file and of all that it includes, hex. */
  readonly digest: string;
  /** SHA-256 of the bytes of the file alone, hex. */
  readonly fileDigest: string;
}

/** A spec as it was read, parsed or refused. */
export interface ReadSpec {
  readonly parsed: ParsedSpec;
  /** The file's own text. */
  readonly text: string;
  readonly includes: readonly IncludedText[];
  readonly shown: string;
}

/** Reads and parses a spec file with its includes. Throws NOT_FOUND or ENVIRONMENT when it cannot be read. */
export async function readSpec(file: string): Promise<ReadSpec> {
  const shown = showFile(file);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
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
  const dir = dirname(await realpath(file));
  const { texts, faults } = await loadIncludes(text, { dir, show: showFile });
  const own = { text, includes: texts, shown };
  if (faults.length === 0) return { ...own, parsed: parseSpec(text, shown, texts) };
  const placed = faults.map(({ path, message }) => ({
    file: shown,
    ...locatePath(text, path),
    path: path.join('.'),
    message,
  }));
  return { ...own, parsed: { spec: null, diagnostics: placed } };
}

/** Loads a spec. Throws SPEC_INVALID with every diagnostic in `details.diagnostics`; NOT_FOUND; ENVIRONMENT. */
export async function loadSpec(file: string): Promise<LoadedSpec> {
  const { parsed, text, includes, shown } = await readSpec(file);
  if (parsed.spec === null) throw specInvalid(shown, parsed.diagnostics);
  return completeSpec(parsed.spec, { file, text, includes });
}

/** A spec as it was parsed, with what follows from its place and its texts. */
export function completeSpec(
  spec: Spec,
  { file, text, includes }: { readonly file: string } & Pick<ReadSpec, 'text' | 'includes'>,
): LoadedSpec {
  return {
    ...spec,
    ssh: placeConfig(spec.ssh, file),
    file: resolve(file),
    ...digestSpec(text, includes),
  };
}

/** Digests of a spec: of its own text, and of that and everything that it includes. */
export function digestSpec(
  text: string,
  includes: readonly IncludedText[],
): Pick<LoadedSpec, 'digest' | 'fileDigest'> {
  const fileDigest = createHash('sha256').update(text).digest('hex');
  if (includes.length === 0) return { digest: fileDigest, fileDigest };
  const hash = createHash('sha256').update(fileDigest);
  for (const one of includes) hash.update(createHash('sha256').update(one.text).digest('hex'));
  return { digest: hash.digest('hex'), fileDigest };
}

/** The paths of ssh's files are relative to the spec. */
function placeConfig(ssh: Spec['ssh'], file: string): Spec['ssh'] {
  if (ssh === null) return null;
  const { configFile, sudoPasswordFile, ...rest } = ssh;
  const place = (path: string): string => resolve(dirname(file), path);
  return {
    ...rest,
    ...(configFile === undefined ? {} : { configFile: place(configFile) }),
    ...(sudoPasswordFile === undefined ? {} : { sudoPasswordFile: place(sudoPasswordFile) }),
  };
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
