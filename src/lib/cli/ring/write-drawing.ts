import { writeFile } from 'node:fs/promises';
import { StreamctlError } from '../../base/errors.ts';

/** Writes a drawing. Throws USAGE when the file cannot be written. */
export async function writeDrawing(file: string, svg: string): Promise<void> {
  try {
    await writeFile(file, svg);
  } catch (cause) {
    const hint = 'Give a file in a folder that exists and can be written.';
    throw new StreamctlError('USAGE', `write the drawing: ${file} cannot be written`, { hint, cause });
  }
}
