/** Bringing one machine's mesh to its plan, and taking it away. Runs on that machine, as root. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import { enableUnit } from '../../nodes/systemd/boot-link.ts';
import { showUnit, systemctl } from '../../nodes/systemd/systemctl.ts';
import { UNIT_FOLDER } from '../../nodes/systemd/unit-place.ts';
import type { Changes } from '../changes.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';
import { meshKeyFile } from './collect-mesh-facts.ts';
import {
  formatLinkScript,
  formatMeshConf,
  formatMeshUnit,
  type MeshPlace,
  meshFolder,
} from './format-mesh.ts';
import type { MeshPlan } from './mesh.ts';

export interface MeshWish extends MeshPlace {
  readonly node: string;
  readonly plan: MeshPlan;
}

const AGAIN_MS = 5000;
const LOOK_MS = 250;

/** Writes what differs. A running mesh reads its peers again, and only another kind of interface starts it anew. */
export async function applyMesh(wish: MeshWish, changes: Changes): Promise<void> {
  const { node, plan } = wish;
  const unit = meshUnitId(wish);
  const written = new Set<string>();
  for (const { file, text, mode } of await meshFiles(wish)) {
    if ((await readFileOrNull(file)) === text) continue;
    written.add(basename(file));
    await changes.step(node, `write ${basename(file)} of the mesh`, async () => {
      await mkdir(meshFolder(wish), { recursive: true, mode: 0o700 });
      await writeWholeFile(file, text, mode);
    });
  }
  const { active } = await showUnit(unit);
  if (written.size === 0 && active === 'active') return;
  const kind = active !== 'active' ? 'start' : written.has(unit) ? 'restart' : 'reload';
  await changes.step(node, `${kind} the mesh with ${plan.peers.length} peers`, async () => {
    if (written.has(unit)) await systemctl('read unit files', ['daemon-reload']);
    await enableUnit(unit);
    await systemctl(`${kind} the mesh`, [kind, unit]).catch(async (error: unknown) => {
      if (!(await becomesActive(unit))) throw error;
    });
  });
}

/** A mesh that ended while it started is started again by systemd, each 100 ms. */
async function becomesActive(unit: string): Promise<boolean> {
  const deadline = performance.now() + AGAIN_MS;
  do {
    await sleep(LOOK_MS);
    if ((await showUnit(unit)).active === 'active') return true;
  } while (performance.now() < deadline);
  return false;
}

/** Stops the mesh and removes its interface and guard; its key goes with the cluster's folder. */
export async function removeMesh(wish: MeshPlace & { readonly interfaceName: string }): Promise<void> {
  const unit = meshUnitId(wish);
  await systemctl('stop the mesh', ['stop', unit]).catch(() => '');
  await rm(join(UNIT_FOLDER, 'multi-user.target.wants', unit), { force: true });
  await rm(join(UNIT_FOLDER, unit), { force: true });
  await systemctl('read unit files', ['daemon-reload']);
  await execa('ip', ['link', 'delete', wish.interfaceName], { reject: false });
  await execa('nft', ['delete', 'table', 'inet', guardTable(wish)], { reject: false });
}

function meshUnitId({ clusterDir }: MeshPlace): string {
  return `streamctl-${basename(clusterDir)}-mesh.service`;
}

function guardTable({ clusterDir }: MeshPlace): string {
  return `streamctl-${basename(clusterDir)}`;
}

async function meshFiles(wish: MeshWish): Promise<{ file: string; text: string; mode: number }[]> {
  const folder = meshFolder(wish);
  const privateKey = (await readFileOrNull(meshKeyFile(wish))) ?? '';
  return [
    { file: join(folder, 'mesh.conf'), text: formatMeshConf(wish.plan, privateKey), mode: 0o600 },
    { file: join(folder, 'link.sh'), text: formatLinkScript(wish.plan, guardTable(wish)), mode: 0o700 },
    { file: join(UNIT_FOLDER, meshUnitId(wish)), text: formatMeshUnit(wish.plan, wish), mode: 0o644 },
  ];
}

/** Throws ENVIRONMENT when the mesh cannot be: `network` is one of the machine's own that it collides with. */
export function refuseCollision(node: string, network: string, mesh: string): StreamctlError {
  return new StreamctlError('ENVIRONMENT', `join ${node} to the mesh: ${mesh} overlaps its own ${network}`, {
    hint: 'Set mesh: block to a 10.N.0.0/16 that no machine has.',
    details: { node, facts: { network } },
  });
}
