/** Which program `--to` means. */
import { access, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StreamctlError } from '../base/errors.ts';

/**
 * Returns the folder of a built program: a path to a build (or to a checkout that is built), or the digest, also its first
 * characters, of one that the cluster still has. Throws NOT_FOUND and USAGE.
 */
export async function findProgram(wanted: string, programsDir: string): Promise<string> {
  const known = (await readdir(programsDir).catch((): string[] => [])).filter((name) =>
    /^[0-9a-f]{12}$/.test(name),
  );
  const matching = known.filter((name) => name.startsWith(wanted));
  if (/^[0-9a-f]{4,12}$/.test(wanted) && matching.length === 1) return join(programsDir, matching[0]!);
  for (const folder of [resolve(wanted), resolve(wanted, 'dist')]) {
    if (await exists(join(folder, 'main.js'))) return folder;
  }
  throw new StreamctlError('NOT_FOUND', `"${wanted}" is no built streamctl, and no program of this cluster`, {
    hint:
      known.length === 0
        ? 'Give the folder of a build.'
        : `Give the folder of a build, or one of ${known.join(', ')}.`,
    details: { known },
  });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
