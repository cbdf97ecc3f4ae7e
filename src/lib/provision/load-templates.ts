import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_TEMPLATES, type Templates } from '../render/node-files.ts';

/** Loads the templates that nodes need. */
export async function loadTemplates(folder: string): Promise<Templates> {
  const entries = await Promise.all(
    NODE_TEMPLATES.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return Object.fromEntries(entries);
}
