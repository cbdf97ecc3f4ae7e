/** The program as the units run it: one folder per digest under the cluster, so that a new build disturbs nobody. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, cp, link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../base/errors.ts';

export interface Program {
  readonly digest: string;
  /** Entry that runs `daemon NAME`. */
  readonly entry: string;
  readonly nodeBinary: string;
  /** What must still be done for the two paths to exist; empty when they do. */
  readonly missing: readonly { readonly text: string; readonly apply: () => Promise<void> }[];
}

/** Finds where the built program in `source` (dist/) belongs. Throws ENVIRONMENT when it is not built. */
export async function locateProgram(source: string, programsDir: string): Promise<Program> {
  const digest = await digestProgram(source);
  const dir = join(programsDir, digest);
  const binaryDir = join(programsDir, `node-${process.version.slice(1)}`);
  const nodeBinary = join(binaryDir, 'node');
  const missing = [];
  if (!(await exists(join(dir, 'main.js')))) {
    missing.push({ text: `install program ${digest}`, apply: () => copyProgram(source, dir) });
  }
  if (!(await exists(nodeBinary))) {
    missing.push({
      text: `install Node ${process.version.slice(1)}`,
      apply: () => copyNode(nodeBinary, binaryDir),
    });
  }
  return { digest, entry: join(dir, 'main.js'), nodeBinary, missing };
}

/** Whether a name below a cluster's folder of programs is that of a program, and not of a Node or a draft. */
export function isProgramFolder(name: string): boolean {
  return /^[0-9a-f]{12}$/.test(name);
}

/** Digests of the programs in a folder. */
export async function listProgramFolders(programsDir: string): Promise<string[]> {
  return (await readdir(programsDir).catch((): string[] => [])).filter(isProgramFolder).sort();
}

/** Lists programs that may go: all but this one and the newest other, to which `upgrade --rollback` goes back. */
export async function findOldPrograms(programsDir: string, keep: string): Promise<string[]> {
  const names = await readdir(programsDir).catch((): string[] => []);
  const others = await Promise.all(
    names
      .filter((name) => !name.startsWith('node-') && name !== keep)
      .map(async (name) => ({ name, madeMs: (await stat(join(programsDir, name))).mtimeMs })),
  );
  return others
    .sort((one, other) => other.madeMs - one.madeMs)
    .slice(1)
    .map(({ name }) => name);
}

async function copyProgram(source: string, dir: string): Promise<void> {
  const draft = `${dir}.${process.pid}.new`;
  await rm(draft, { recursive: true, force: true });
  await cp(source, draft, { recursive: true });
  await rm(dir, { recursive: true, force: true });
  await rename(draft, dir);
}

/** The binary is large: linked where the file system allows it. */
async function copyNode(target: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const draft = `${target}.${process.pid}`;
  await link(process.execPath, draft).catch(() =>
    copyFile(process.execPath, draft, constants.COPYFILE_FICLONE),
  );
  await rename(draft, target);
}

/** Names a build by what is in it. Throws ENVIRONMENT when there is none. */
export async function digestProgram(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause) => {
    throw new StreamctlError('ENVIRONMENT', `${folder} is missing: streamctl is not built`, {
      hint: 'Run npm run build.',
      cause,
    });
  });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(file.slice(folder.length))
      .update('\0')
      .update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
