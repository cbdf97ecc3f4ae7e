/** Bringing one machine's mesh to its plan, and taking it away. Runs on that machine, as root. */
import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import { systemctl } from '../../nodes/systemd/systemctl.ts';
import { UNIT_FOLDER } from '../../nodes/systemd/unit-place.ts';
import type { Changes } from '../changes.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';
import { meshKeyFile } from './collect-mesh-facts.ts';
import {
  formatLinkScript,
  formatMeshConf,
  formatMeshUnit,
  formatPeersScript,
  type MeshPlace,
  meshFolder,
  parseInterface,
} from './format-mesh.ts';
import type { MeshPlan } from './mesh.ts';
import { MACHINE, type MeshHost } from './mesh-host.ts';

export interface MeshWish extends MeshPlace {
  readonly node: string;
  readonly plan: MeshPlan;
}

const LINK_SCRIPT = 'link.sh';
const AGAIN_MS = 5000;
const LOOK_MS = 250;

/**
 * Writes what differs. A running mesh reads its peers again, and only another kind of interface starts it anew. What it has read
 * is noted when it has, so that a run that failed or was killed before that is made up for by the next.
 */
export async function applyMesh(wish: MeshWish, changes: Changes, host: MeshHost = MACHINE): Promise<void> {
  const { node, plan } = wish;
  const unit = meshUnitId(wish);
  const files = await meshFiles(wish, host);
  await leaveFormer(wish, changes, host);
  const read = await writeFiles(wish, files, changes);
  const unread = files.filter((file) => !read.includes(formatNote(file)));
  const { active } = await host.showUnit(unit);
  const isUp = active === 'active' || active === 'reloading';
  if (isUp && unread.length === 0) return;
  const isOther = unread.some(({ file }) => basename(file) === unit);
  const kind = isUp ? (isOther ? 'restart' : 'reload') : 'start';
  await changes.step(node, `${kind} the mesh with ${plan.peers.length} peers`, async () => {
    if (isOther) await host.systemctl('read unit files', ['daemon-reload']);
    await host.enableUnit(unit);
    await host.systemctl(`${kind} the mesh`, [kind, unit]).catch(async (error: unknown) => {
      // One that cannot read its peers again goes on with those that it has.
      if (kind === 'reload' || !(await becomesActive(unit, host))) throw error;
    });
    await writeWholeFile(noteFile(wish), `${files.map(formatNote).join('\n')}\n`, 0o600);
  });
}

/** Writes those that differ; returns the notes of what a running mesh has read for certain. */
async function writeFiles(
  wish: MeshWish,
  files: readonly MeshFile[],
  changes: Changes,
): Promise<readonly string[]> {
  const note = noteFile(wish);
  let read = (await readFileOrNull(note))?.split('\n') ?? [];
  for (const { file, text, mode } of files) {
    if ((await readFileOrNull(file)) === text) continue;
    const name = basename(file);
    read = read.filter((line) => !line.endsWith(`  ${name}`));
    await changes.step(wish.node, `write ${name} of the mesh`, async () => {
      await mkdir(meshFolder(wish), { recursive: true, mode: 0o700 });
      // First: it may have read what is there now, which nobody knows any more once that is another.
      await writeWholeFile(note, read.join('\n'), 0o600);
      await writeWholeFile(file, text, mode);
    });
  }
  return read;
}

/** Another block of addresses is another interface; the former one would keep the port, or at least its addresses. */
async function leaveFormer(wish: MeshWish, changes: Changes, host: MeshHost): Promise<void> {
  const former = await readInterface(wish);
  if (former === null || former === wish.plan.interfaceName) return;
  await changes.step(wish.node, `remove the interface ${former} of the mesh`, async () => {
    const unit = meshUnitId(wish);
    // It would make the interface again.
    if ((await host.showUnit(unit)).active !== 'inactive') {
      await host.systemctl('stop the mesh', ['stop', unit]);
    }
    await host.deleteLink(former);
  });
}

/** A mesh that ended while it started is started again by systemd, each 100 ms. */
async function becomesActive(unit: string, host: MeshHost): Promise<boolean> {
  const deadline = performance.now() + AGAIN_MS;
  do {
    await sleep(LOOK_MS);
    if ((await host.showUnit(unit)).active === 'active') return true;
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
  await rm(noteFile(wish), { force: true });
  // An `up` that changed the block may not have come to this machine.
  const names = new Set([wish.interfaceName, (await readInterface(wish)) ?? wish.interfaceName]);
  for (const name of names) await MACHINE.deleteLink(name);
  await execa('nft', ['delete', 'table', 'inet', guardTable(wish)], { reject: false });
}

function meshUnitId({ clusterDir }: MeshPlace): string {
  return `streamctl-${basename(clusterDir)}-mesh.service`;
}

/** What the running mesh has read. */
function noteFile(place: MeshPlace): string {
  return join(meshFolder(place), 'applied');
}

function guardTable({ clusterDir }: MeshPlace): string {
  return `streamctl-${basename(clusterDir)}`;
}

/** The interface that the mesh has now, or that it was about to have; null before there is one. */
async function readInterface(place: MeshPlace): Promise<string | null> {
  return parseInterface((await readFileOrNull(join(meshFolder(place), LINK_SCRIPT))) ?? '');
}

interface MeshFile {
  readonly file: string;
  readonly text: string;
  readonly mode: number;
}

async function meshFiles(wish: MeshWish, { unitFolder }: MeshHost): Promise<MeshFile[]> {
  const folder = meshFolder(wish);
  const privateKey = (await readFileOrNull(meshKeyFile(wish))) ?? '';
  return [
    { file: join(folder, 'mesh.conf'), text: formatMeshConf(wish.plan, privateKey), mode: 0o600 },
    { file: join(folder, LINK_SCRIPT), text: formatLinkScript(wish.plan, guardTable(wish)), mode: 0o700 },
    { file: join(folder, 'peers.sh'), text: formatPeersScript(wish.plan, wish), mode: 0o700 },
    { file: join(unitFolder, meshUnitId(wish)), text: formatMeshUnit(wish.plan, wish), mode: 0o644 },
  ];
}

/** A file as it was read: a line as sha256sum prints it. */
function formatNote({ file, text }: MeshFile): string {
  return `${createHash('sha256').update(text).digest('hex')}  ${basename(file)}`;
}

/** Throws ENVIRONMENT when the mesh cannot be: `network` is one of the machine's own that it collides with. */
export function refuseCollision(node: string, network: string, mesh: string): StreamctlError {
  return new StreamctlError('ENVIRONMENT', `join ${node} to the mesh: ${mesh} overlaps its own ${network}`, {
    hint: 'Set mesh: block to a 10.N.0.0/16 that no machine has.',
    details: { node, facts: { network } },
  });
}
