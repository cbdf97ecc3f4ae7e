/** Which program `--to` means: of those that are known by version or digest, or a build by its folder. */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StreamctlError } from '../base/errors.ts';

/** A program that could be brought without building one. */
export interface KnownProgram {
  readonly digest: string;
  readonly version: string | null;
  /** Folder on this machine; null when only the nodes' machines have it. */
  readonly folder: string | null;
  /** It is that of this very command. */
  readonly own: boolean;
  /** Nodes whose machines have it. */
  readonly nodes: readonly string[];
}

/** What to bring: a folder of this machine, or by its digest what the machines have already. */
export type FoundProgram = { readonly source: string } | { readonly installed: string };

/** Words that are no path: `0.2.0`, `v0.2.0`, `3f1c9a0b7d24` and its first characters. */
const VERSION = /^v?(\d+\.\d+\.\d+(?:-[\w.]+)?)$/;
const DIGEST = /^[0-9a-f]{4,12}$/;

/** The folder of a build, or of a checkout that is built; null when the words name none. */
export async function findBuild(wanted: string): Promise<string | null> {
  for (const folder of [resolve(wanted), resolve(wanted, 'dist')]) {
    if (await exists(join(folder, 'main.js'))) return folder;
  }
  return null;
}

/**
 * Chooses one of the known programs by its version, or by its digest or the first characters of it. Throws NOT_FOUND, and
 * USAGE when several builds say that version, with what there is. Pure.
 */
export function chooseProgram(wanted: string, known: readonly KnownProgram[]): FoundProgram {
  const version = VERSION.exec(wanted)?.[1];
  const matching = known.filter(({ digest, version: said }) =>
    version === undefined ? DIGEST.test(wanted) && digest.startsWith(wanted) : said === version,
  );
  const [found] = matching;
  if (found === undefined || matching.length > 1) throw refuse(wanted, known, matching);
  return found.folder === null ? { installed: found.digest } : { source: found.folder };
}

function refuse(wanted: string, known: readonly KnownProgram[], matching: readonly KnownProgram[]) {
  const several = matching.length > 1;
  const message = several
    ? `"${wanted}" may be ${matching.map(({ digest }) => digest).join(' or ')}`
    : `"${wanted}" is no built streamctl, and no program of this cluster`;
  return new StreamctlError(several ? 'USAGE' : 'NOT_FOUND', message, {
    hint:
      known.length === 0
        ? 'Give the folder of a build.'
        : `Give the folder of a build, or one of ${(several ? matching : known).map(wordProgram).join(', ')}.`,
    details: { known: known.map(({ digest, version }) => ({ digest, version })) },
  });
}

/** `3f1c9a0b7d24 (0.1.0, this command's)`. */
export function wordProgram({ digest, version, own }: Omit<KnownProgram, 'folder' | 'nodes'>): string {
  const more = [version ?? 'of no known version', ...(own ? ["this command's"] : [])].join(', ');
  return `${digest} (${more})`;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
