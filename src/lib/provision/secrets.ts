/** The secrets of a cluster: made once, kept in files that only their owner reads, never passed in arguments. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClusterLayout, nodeLayout } from '../nodes/layout.ts';
import type { Peer } from '../nodes/node-config.ts';
import type { Changes } from './changes.ts';
import { readFileOrNull, writeWholeFile } from './write-file.ts';

const SECRET_BYTES = 32;

/** Makes the secrets that are missing, and the file that gives Redis its password. */
export async function makeSecrets(
  layout: ClusterLayout,
  nodes: readonly Peer[],
  changes: Changes,
): Promise<void> {
  for (const file of [layout.keySecret, layout.redisPassword]) {
    if ((await readFileOrNull(file))?.trim()) continue;
    await changes.step(null, `make secret ${file.slice(layout.secrets.length + 1)}`, async () => {
      await mkdir(layout.secrets, { recursive: true, mode: 0o700 });
      await chmod(layout.secrets, 0o700);
      await writeWholeFile(file, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`, 0o600);
    });
  }
  if (!changes.applies) return;
  const password = (await readFileOrNull(layout.redisPassword))!.trim();
  for (const node of nodes.filter(({ roles }) => roles.includes('store'))) {
    const file = join(nodeLayout(layout.dir, node.name).data, 'redis-secret.conf');
    const text = `requirepass ${password}\n`;
    if ((await readFileOrNull(file)) !== text) await writeWholeFile(file, text, 0o600);
  }
}
