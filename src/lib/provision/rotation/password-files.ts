/**
 * The passwords of the store on the operator's machine while they are changed. The files alone say how far that came, so
 * that it is gone on with after a crash anywhere:
 *
 * - `redis-NAME.next`: made, and not in use everywhere yet;
 * - `redis-NAME.old`: the one of before, which stores may still take;
 * - neither: nothing is being changed.
 */
import { rm } from 'node:fs/promises';
import type { ClusterLayout } from '../../nodes/layout.ts';
import type { StorePasswords, StoreUser } from '../../render/store-access.ts';
import { FORMER, makeSecret, NEXT } from '../secrets.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';

/** Whether a change of passwords was begun and is not over. */
export async function isRotating(layout: ClusterLayout): Promise<boolean> {
  const found = await Promise.all(
    filesOf(layout).flatMap(({ file }) => [
      readFileOrNull(`${file}${NEXT}`),
      readFileOrNull(`${file}${FORMER}`),
    ]),
  );
  return found.some((text) => text !== null);
}

/** Makes the next passwords, unless an earlier run did; returns those that are to come, or have come already. */
export async function offerPasswords(layout: ClusterLayout): Promise<StorePasswords> {
  for (const { file } of filesOf(layout)) {
    const [next, former] = await Promise.all([
      readFileOrNull(`${file}${NEXT}`),
      readFileOrNull(`${file}${FORMER}`),
    ]);
    if (next !== null || former !== null) continue;
    await writeWholeFile(`${file}${NEXT}`, makeSecret(), 0o600);
  }
  return await readAll(
    layout,
    async (file) => (await readSecret(`${file}${NEXT}`)) ?? (await readSecret(file)),
  );
}

/** Keeps those of now as those of before: from now on they may be replaced, here or where nodes read the same files. */
export async function keepFormer(layout: ClusterLayout): Promise<void> {
  for (const { file } of filesOf(layout)) {
    if ((await readFileOrNull(`${file}${FORMER}`)) !== null) continue;
    await writeWholeFile(`${file}${FORMER}`, (await readFileOrNull(file)) ?? '', 0o600);
  }
}

/** Makes the next passwords those of now. */
export async function takeNext(layout: ClusterLayout): Promise<void> {
  for (const { file } of filesOf(layout)) {
    const next = await readFileOrNull(`${file}${NEXT}`);
    if (next === null) continue;
    await writeWholeFile(file, next, 0o600);
    await rm(`${file}${NEXT}`);
  }
}

/** The passwords of before, where there are some and they are others. */
export async function loadFormer(layout: ClusterLayout): Promise<Partial<StorePasswords>> {
  const entries = await Promise.all(
    filesOf(layout).map(async ({ user, file }) => {
      const [former, now] = await Promise.all([readSecret(`${file}${FORMER}`), readSecret(file)]);
      return [user, former === now ? null : former] as const;
    }),
  );
  return Object.fromEntries(entries.filter(([, former]) => former !== null));
}

/** The change is over. */
export async function forgetFormer(layout: ClusterLayout): Promise<void> {
  for (const { file } of filesOf(layout)) await rm(`${file}${FORMER}`, { force: true });
}

function filesOf({ redisPasswords }: ClusterLayout): { user: StoreUser; file: string }[] {
  return (Object.entries(redisPasswords) as [StoreUser, string][]).map(([user, file]) => ({ user, file }));
}

async function readAll(
  layout: ClusterLayout,
  read: (file: string) => Promise<string | null>,
): Promise<StorePasswords> {
  const entries = await Promise.all(filesOf(layout).map(async ({ user, file }) => [user, await read(file)]));
  return Object.fromEntries(entries) as StorePasswords;
}

async function readSecret(file: string): Promise<string | null> {
  return (await readFileOrNull(file))?.trim() || null;
}
