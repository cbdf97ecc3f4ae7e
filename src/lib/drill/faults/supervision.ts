/**
 * Keeping a node's units from coming back when they are killed, and having them back: under runit its supervisors are
 * told or killed themselves, under systemd the units are held. A boot of the machine heals either.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import { nodeLayout } from '../../nodes/layout.ts';
import type { NodeConfig } from '../../nodes/node-config.ts';
import { type Supervisor, staticServices } from '../../nodes/node-services.ts';
import { control, readStatus, waitUntil } from '../../nodes/runsv.ts';
import { readStarted } from '../../nodes/unit-notes.ts';

const TOLD_MS = 2_000;

/** Reads which program keeps a node's units running. */
export async function findSupervisor(clusterDir: string, node: string): Promise<Supervisor> {
  const text = await readFile(nodeLayout(clusterDir, node).config, 'utf8').catch(() => '{}');
  return (JSON.parse(text) as Partial<NodeConfig>).supervisor ?? 'runit';
}

/** Everything of the node stays down once it is killed. */
export async function holdNode(clusterDir: string, node: string): Promise<void> {
  if ((await findSupervisor(clusterDir, node)) === 'runit') return;
  const { findServiceFiles, holdUnits } = await import('../../nodes/systemd/hold.ts');
  await holdUnits(await findServiceFiles(clusterDir));
}

/** A unit of `up` stays down once it is killed; returns the pid that runs now. Throws NOT_RUNNING. */
export async function holdUnit(clusterDir: string, node: string, unit: string): Promise<number | null> {
  const dir = join(nodeLayout(clusterDir, node).service, unit);
  if ((await findSupervisor(clusterDir, node)) === 'runit') return await keepDown(dir);
  const { holdUnits } = await import('../../nodes/systemd/hold.ts');
  const { staticUnitId } = await import('../../nodes/systemd/unit-place.ts');
  await holdUnits([staticUnitId({ clusterDir, node }, unit)]);
  return (await readStarted(dir))?.pid ?? null;
}

/** Tells runit not to start the unit again, and returns the pid that runs now. Throws NOT_RUNNING. */
export async function keepDown(dir: string): Promise<number | null> {
  const before = await readStatus(dir);
  if (before === null || !(await control(dir, 'o'))) {
    throw new StreamctlError('NOT_RUNNING', `nothing supervises ${dir}`, { hint: 'Run streamctl up first.' });
  }
  await waitUntil(async () => (await readStatus(dir))?.wantUp === false, TOLD_MS);
  return (await readStatus(dir))?.pid ?? null;
}

/** Starts what a boot would start; the agent brings the pipelines back, and what was stopped on purpose stays so. */
export async function bootNode(clusterDir: string, node: string): Promise<void> {
  if ((await findSupervisor(clusterDir, node)) === 'systemd') {
    const { letUnitsGo, startBootUnits } = await import('../../nodes/systemd/hold.ts');
    await letUnitsGo(clusterDir);
    return await startBootUnits(clusterDir);
  }
  const services = staticServices(clusterDir, node);
  const units = (await services.list()).filter(({ state }) => state !== 'stopped');
  await Promise.all(units.map(({ name }) => services.start(name)));
}

/** Starts a unit again; one that was removed meanwhile stays away. */
export async function releaseUnit(clusterDir: string, node: string, unit: string): Promise<void> {
  const supervisor = await findSupervisor(clusterDir, node);
  if (supervisor === 'systemd') {
    const { letUnitsGo } = await import('../../nodes/systemd/hold.ts');
    await letUnitsGo(clusterDir);
  }
  const services = staticServices(clusterDir, node, supervisor);
  if ((await services.list()).some(({ name }) => name === unit)) await services.start(unit);
}
