/** Writing what a node needs before its units start: folders, conf files, the player page, unit files. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeLayout } from '../nodes/layout.ts';
import type { Changes } from './changes.ts';
import type { UpContext } from './context.ts';
import type { NodePlan } from './plan-nodes.ts';
import { planFolders } from './plan-units.ts';
import { readFileOrNull, writeWholeFile } from './write-file.ts';

/** Brings a node's files to what the plan says; files that are right are not touched. */
export async function writeNode(plan: NodePlan, clusterDir: string, changes: Changes): Promise<void> {
  const { name } = plan.node;
  const { dir } = nodeLayout(clusterDir, name);
  const folders = planFolders(clusterDir, name);
  if ((await readFileOrNull(join(dir, 'node.json'))) === null) {
    await changes.step(name, 'make the node', async () => {
      for (const folder of folders) await mkdir(folder, { recursive: true });
    });
  }
  for (const { path, text } of plan.files) {
    const target = join(dir, path);
    if ((await readFileOrNull(target)) === text) continue;
    await changes.step(name, `write ${path}`, () => writeWholeFile(target, text));
  }
}

/** Copies the player page and its assets to an edge. */
export async function writePlayer(
  plan: NodePlan,
  { source, layout, changes }: Pick<UpContext, 'source' | 'layout' | 'changes'>,
): Promise<void> {
  if (!plan.node.roles.includes('edge')) return;
  const { www } = nodeLayout(layout.dir, plan.node.name);
  const built = join(source, 'www');
  const entries = await readdir(built, { recursive: true, withFileTypes: true }).catch(() => []);
  const stale: [string, Buffer][] = [];
  for (const entry of entries.filter((found) => found.isFile())) {
    const from = join(entry.parentPath, entry.name);
    const to = join(www, from.slice(built.length));
    const wanted = await readFile(from);
    const present = await readFile(to).catch(() => null);
    if (present === null || !present.equals(wanted)) stale.push([to, wanted]);
  }
  if (stale.length === 0) return;
  await changes.step(plan.node.name, 'write the player page', async () => {
    for (const [to, bytes] of stale) await writeWholeFile(to, bytes);
  });
}
