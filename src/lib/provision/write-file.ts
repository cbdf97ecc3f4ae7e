/** Files that change as a whole: a reader sees the old text or the new one, also when we are killed in between. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file at once, through a draft beside it; makes its folder. `mode` is exact. */
export async function writeWholeFile(path: string, text: string | Buffer, mode = 0o644): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, text, { mode });
  await chmod(draft, mode);
  await rename(draft, path);
}

/** Reads a file; null when it cannot be read. */
export async function readFileOrNull(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}
