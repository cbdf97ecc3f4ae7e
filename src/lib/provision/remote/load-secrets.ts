import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Reads every file of a cluster's `secrets/`, by name; empty under `plan` of a cluster that was never made. */
export async function loadSecrets(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder).catch((): string[] => []);
  const whole = names.filter((name) => !name.endsWith('.new'));
  const entries = await Promise.all(
    whole.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return Object.fromEntries(entries);
}
