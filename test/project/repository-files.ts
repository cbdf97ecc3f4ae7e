/** The files of this repository, read once, for the tests of its rules. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
const NOT_OURS = new Set(['node_modules', '.git', 'dist', 'bench-results', '.streamctl']);
const TEXT = /\.(ts|js|mjs|json|md|yaml|yml|conf|html|css|sh|svg|m3u8|txt)$|^[^.]*$/;

export interface RepositoryFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every text file under the folders given; from the root when none is. */
export function filesUnder(...folders: readonly string[]): RepositoryFile[] {
  const starts = folders.length > 0 ? folders : ['.'];
  return starts.flatMap((folder) => walk(join(ROOT, folder)));
}

function walk(folder: string): RepositoryFile[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => !NOT_OURS.has(entry.name));
  return entries.flatMap((entry) => {
    const full = join(folder, entry.name);
    if (entry.isDirectory()) return walk(full);
    if (!entry.isFile() || !TEXT.test(entry.name)) return [];
    return [{ path: relative(ROOT, full), text: readFileSync(full, 'utf8') }];
  });
}

/** One file, by its path from the root. */
export function fileAt(path: string): RepositoryFile {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** TypeScript under src, in the order of their paths. */
export const SOURCES: readonly RepositoryFile[] = filesUnder('src')
  .filter((file) => file.path.endsWith('.ts'))
  .sort((a, b) => (a.path < b.path ? -1 : 1));

export interface ImportOf {
  readonly from: RepositoryFile;
  /** A path from the root for our own files, else a package's name. */
  readonly to: string;
  readonly own: boolean;
  /** Nothing of it is left when types are erased. */
  readonly typeOnly: boolean;
}

const IMPORT =
  /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

/** Every import and re-export of a file, dynamic ones too. */
export function importsOf(from: RepositoryFile): ImportOf[] {
  return [...from.text.matchAll(IMPORT)].map((match) => {
    const name = (match[2] ?? match[3] ?? match[4])!;
    const own = name.startsWith('.');
    const to = own ? relative(ROOT, join(ROOT, from.path, '..', name)) : packageOf(name);
    return { from, to, own, typeOnly: match[1] !== undefined };
  });
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Words a failed rule as a list that says where. */
export function list(offenders: readonly string[]): string {
  return offenders.map((offender) => `\n  ${offender}`).join('');
}
