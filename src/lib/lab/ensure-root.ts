/** The root file system of all machines: built once, kept under the digest of its recipe. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError, toStreamctlError } from '../base/errors.ts';
import { runTool } from '../nodes/run-tool.ts';
import { takeLock } from '../provision/lock.ts';
import { findLabProcesses, PATH } from './lab-processes.ts';
import { type LabRecord, loadRecords } from './record.ts';
import { digestRecipe, mmdebstrapArguments, pickSources, ROOT_RECIPE, SOURCE_FORMAT } from './root-recipe.ts';

export interface RootRequest {
  /** Folder that keeps the roots. */
  readonly roots: string;
  readonly signal: AbortSignal;
  /** Told at the beginning of what takes long, and each 10 s while it does. */
  readonly say: (text: string) => void;
}

const BUILD_LIMIT_MS = 900_000;
const TELL_MS = 10_000;

/** Returns the folder of the root file system and whether it was built now. Throws ENVIRONMENT when that fails. */
export async function ensureRoot(request: RootRequest): Promise<{ root: string; built: boolean }> {
  const root = join(request.roots, digestRecipe(ROOT_RECIPE, process.arch));
  if (existsSync(root)) return { root, built: false };
  const { signal, say } = request;
  const giveBack = await takeLock({
    file: join(request.roots, 'lock'),
    command: 'streamctl lab up',
    waitMs: BUILD_LIMIT_MS,
    signal,
    onWait: () => say('waiting for another lab that builds the root file system'),
  });
  try {
    if (existsSync(root)) return { root, built: false };
    say('building Debian 12 with the packages of a cluster: a minute or two, this once');
    await buildRoot(root, request);
    return { root, built: true };
  } finally {
    await giveBack();
  }
}

/** Builds beside and renames, so that a root is there whole or not at all. */
async function buildRoot(root: string, { roots, signal, say }: RootRequest): Promise<void> {
  await removeDrafts(roots);
  const draft = `${root}.draft`;
  const sources = await findSources();
  await mkdir(draft, { recursive: true, mode: 0o755 });
  const began = performance.now();
  const told = setInterval(() => {
    say(`still building, for ${Math.round((performance.now() - began) / 1000)} s now`);
  }, TELL_MS);
  try {
    await runTool({
      what: 'build the root file system',
      argv: [...ALONE, 'mmdebstrap', ...mmdebstrapArguments(ROOT_RECIPE, draft, sources)],
      env: { PATH },
      signal,
    });
    await rename(draft, root);
  } finally {
    clearInterval(told);
    await removeDrafts(roots);
  }
}

/** It ends when this process ends, and what is mounted while it builds goes with its namespaces. */
const ALONE = 'setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc'.split(' ');

async function findSources(): Promise<string[]> {
  const argv = ['apt-get', 'indextargets', '--format', SOURCE_FORMAT, 'Identifier: Packages'];
  const targets = await runTool({ what: 'read the package sources of this machine', argv });
  return pickSources(targets, ROOT_RECIPE.suite);
}

/** Removes what a build left that was killed, unless one is at work. */
export async function removeLeftDrafts(roots: string): Promise<void> {
  if (!existsSync(roots)) return;
  const lock = { file: join(roots, 'lock'), command: 'streamctl lab down', waitMs: 0 };
  const giveBack = await takeLock(lock).catch(() => null);
  if (giveBack === null) return;
  await removeDrafts(roots);
  await giveBack();
}

async function removeDrafts(roots: string): Promise<void> {
  for (const name of await readdir(roots).catch(() => [])) {
    if (name.endsWith('.draft')) await rm(join(roots, name), { recursive: true, force: true });
  }
}

/**
 * Removes the roots that are kept, but for those that labs of `home` have their disks over; returns these labs. Throws LOCKED while
 * one is built, CONFLICT while any lab of this machine runs, which may be on one of them.
 */
export async function removeRoots(roots: string, home: string): Promise<readonly string[]> {
  if (!existsSync(roots)) return [];
  const lock = { file: join(roots, 'lock'), command: 'streamctl lab down --purge', waitMs: 0 };
  const giveBack = await takeLock(lock).catch((cause: unknown) => {
    if (toStreamctlError(cause).code !== 'LOCKED') throw cause;
    throw new StreamctlError('LOCKED', 'delete the root file systems: one is being built', {
      hint: 'Wait until that streamctl lab up is through, then run this again.',
      details: toStreamctlError(cause).details,
      cause,
    });
  });
  try {
    if ((await findLabProcesses(null)).length > 0) {
      throw new StreamctlError('CONFLICT', 'delete the root file systems: another lab runs on this machine', {
        hint: 'Take every lab down first.',
      });
    }
    const { unneeded, labs } = sortRoots(roots, await readdir(roots), await loadRecords(home));
    for (const root of unneeded) await rm(root, { recursive: true, force: true });
    return labs;
  } finally {
    await giveBack();
  }
}

/** Which of the names in the folder no lab needs, and the labs that need others. A stopped lab boots again from its own. Pure. */
export function sortRoots(
  roots: string,
  names: readonly string[],
  records: readonly Pick<LabRecord, 'name' | 'root'>[],
): { readonly unneeded: readonly string[]; readonly labs: readonly string[] } {
  const found = names.filter((name) => !/^lock($|\.)/.test(name)).map((name) => join(roots, name));
  const needing = records.filter(({ root }) => root !== null && found.includes(root));
  const needed = new Set(needing.map(({ root }) => root));
  return { unneeded: found.filter((root) => !needed.has(root)), labs: needing.map(({ name }) => name) };
}
