/** Reading svlogd's folders: `current`, and rotated files named `@TAI64N.s`. */
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const TAIL_BYTES = 256 * 1024;

/** Reads the last lines of a log folder, oldest first, across a rotation; empty when there are none. */
export async function readLastLines(logDir: string, count: number): Promise<string[]> {
  const files = await listLogFiles(logDir);
  const lines: string[] = [];
  for (const file of files.reverse()) {
    lines.unshift(...splitLines(await readTail(join(logDir, file))));
    if (lines.length >= count) break;
  }
  return lines.slice(-count);
}

/** Names of a log folder's files, oldest first; `current` is the last. */
export async function listLogFiles(logDir: string): Promise<string[]> {
  const names = await readdir(logDir).catch((): string[] => []);
  const old = names.filter((name) => name.startsWith('@')).sort();
  return names.includes('current') ? [...old, 'current'] : old;
}

export function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

async function readTail(path: string): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  if (size <= TAIL_BYTES) return await readFile(path, 'utf8');
  const { buffer } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, size - TAIL_BYTES);
  return buffer.toString('utf8').replace(/^[^\n]*\n/, '');
}
