import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import { specInvalid } from '../spec/load.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import type { Spec } from '../spec/resolve-spec.ts';
import { type SpecAnswers, writeStarter } from '../spec/write-starter.ts';

/** Writes a spec from the starter. Throws CONFLICT when the file exists, SPEC_INVALID when an answer does not fit. */
export async function writeNewSpec(file: string, answers: SpecAnswers, root: string): Promise<Spec> {
  const starter = await readFile(join(root, 'templates/starter.yaml'), 'utf8');
  const text = writeStarter(starter, answers);
  const shown = relative(process.cwd(), file);
  const { spec, diagnostics } = parseSpec(text, shown);
  if (spec === null) throw specInvalid(shown, diagnostics);
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new StreamctlError('CONFLICT', `${shown} exists already; it was not changed`, {
        hint: 'Name another file with --spec, or move this one away.',
        cause,
      });
    }
    throw new StreamctlError('ENVIRONMENT', `cannot write ${shown}: ${code}`, { cause });
  }
  return spec;
}
