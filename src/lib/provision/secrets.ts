/** The secrets of a cluster: made once, kept in files that only their owner reads, never passed in arguments. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type ClusterLayout, nodeLayout } from '../nodes/layout.ts';
import type { Peer } from '../nodes/node-config.ts';
import {
  type FurtherPasswords,
  formatRedisSecret,
  formatSentinelSecret,
  formatUsers,
  type StorePasswords,
  type StoreUser,
} from '../render/store-access.ts';
import type { Changes } from './changes.ts';
import { readFileOrNull, writeWholeFile } from './write-file.ts';

const SECRET_BYTES = 32;

/** Every secret of a cluster, in clear. */
export interface ClusterSecrets {
  readonly cluster: string;
  readonly keySecret: string;
  readonly store: StorePasswords;
  /** While they are changed: those that are let in beside them. */
  readonly further?: FurtherPasswords;
}

/** Makes the secrets that are missing and returns all; null when some are and `changes` is only a plan. */
export async function ensureSecrets(
  cluster: string,
  layout: ClusterLayout,
  changes: Changes,
): Promise<ClusterSecrets | null> {
  const users = Object.entries(layout.redisPasswords) as [StoreUser, string][];
  for (const file of [layout.keySecret, ...users.map(([, path]) => path)]) {
    if ((await readFileOrNull(file))?.trim()) continue;
    await changes.step(null, `make secret ${relative(layout.secrets, file)}`, async () => {
      await mkdir(layout.secrets, { recursive: true, mode: 0o700 });
      await chmod(layout.secrets, 0o700);
      await writeWholeFile(file, makeSecret(), 0o600);
    });
  }
  const read = async (file: string) => (await readFileOrNull(file))?.trim() ?? '';
  const entries = await Promise.all(users.map(async ([user, path]) => [user, await read(path)] as const));
  const keySecret = await read(layout.keySecret);
  if ([keySecret, ...entries.map(([, password]) => password)].includes('')) return null;
  const store = Object.fromEntries(entries) as unknown as StorePasswords;
  return { cluster, keySecret, store, further: await loadFurther(layout) };
}

/** A new secret, as its file has it. */
export function makeSecret(): string {
  return `${randomBytes(SECRET_BYTES).toString('base64url')}\n`;
}

/** Beside a password's file while it is changed: the one that comes, and the one that was. */
export const NEXT = '.next';
export const FORMER = '.old';

/** Loads the passwords that are let in beside the present ones while they are changed. */
export async function loadFurther(layout: ClusterLayout): Promise<FurtherPasswords> {
  const users = Object.entries(layout.redisPasswords) as [StoreUser, string][];
  const entries = await Promise.all(
    users.map(async ([user, path]) => {
      const texts = await Promise.all([NEXT, FORMER].map((end) => readFileOrNull(`${path}${end}`)));
      const passwords = texts.map((text) => text?.trim() ?? '').filter((text) => text !== '');
      return [user, passwords] as const;
    }),
  );
  return Object.fromEntries(entries.filter(([, passwords]) => passwords.length > 0));
}

/** Whether any secret of the cluster is on this machine. */
export async function hasSecrets(layout: ClusterLayout): Promise<boolean> {
  const files = [layout.keySecret, ...Object.values(layout.redisPasswords)];
  const found = await Promise.all(files.map(readFileOrNull));
  return found.some((text) => text?.trim());
}

/** The user of the store that a node's agent is. */
export function storeUserOf({ roles }: Pick<Peer, 'roles'>): 'ingest' | 'node' {
  return roles.includes('ingest') ? 'ingest' : 'node';
}

export interface SecretFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** The secret files that a node needs, and no others: mode 0600. Pure. */
export function planSecretFiles(layout: ClusterLayout, node: Peer, secrets: ClusterSecrets): SecretFile[] {
  const user = storeUserOf(node);
  const files = [{ path: layout.redisPasswords[user], text: `${secrets.store[user]}\n` }];
  if (user === 'ingest') files.push({ path: layout.keySecret, text: `${secrets.keySecret}\n` });
  if (!node.roles.includes('store')) return files;
  const { data } = nodeLayout(layout.dir, node.name);
  return [
    ...files,
    {
      path: join(data, 'redis-users.acl'),
      text: formatUsers(secrets.cluster, secrets.store, secrets.further),
    },
    { path: join(data, 'redis-secret.conf'), text: formatRedisSecret(data, secrets.store) },
    {
      path: join(data, 'sentinel-secret.conf'),
      text: formatSentinelSecret(secrets.cluster, secrets.store, secrets.further),
    },
  ];
}

/** Makes the secrets of a cluster of this machine, and the files of its nodes. */
export async function makeSecrets(
  cluster: string,
  { layout, nodes, changes }: { layout: ClusterLayout; nodes: readonly Peer[]; changes: Changes },
): Promise<void> {
  const secrets = await ensureSecrets(cluster, layout, changes);
  if (secrets === null || !changes.applies) return;
  for (const { path, text } of nodes.flatMap((node) => planSecretFiles(layout, node, secrets))) {
    if ((await readFileOrNull(path)) !== text) await writeWholeFile(path, text, 0o600);
  }
}
