/**
 * Units that end are not started again, until they are let go or the machine boots: a drop-in beside each unit, in the
 * part of systemd's configuration that lives in memory. Takes root.
 */
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootLink } from './boot-link.ts';
import { findUnitFiles } from './remove-units.ts';
import { systemctl } from './systemctl.ts';

const RUNTIME_FOLDER = '/run/systemd/system';
const DROP_IN = '50-streamctl-drill.conf';
const NO_RESTART = '[Service]\nRestart=no\n';

/** Holds the units of these file names: `streamctl-demo-redis.service`. */
export async function holdUnits(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const folder = dropInFolder(file);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, DROP_IN), NO_RESTART);
  }
  await systemctl('hold units', ['daemon-reload']);
}

/** Lets all units of a cluster go again; starts none. */
export async function letUnitsGo(clusterDir: string): Promise<void> {
  for (const file of await findServiceFiles(clusterDir)) {
    const folder = dropInFolder(file);
    await rm(join(folder, DROP_IN), { force: true });
    await rm(folder, { recursive: true, force: true });
  }
  await systemctl('let units go', ['daemon-reload']);
}

/** Starts every unit of a cluster that a boot would start. */
export async function startBootUnits(clusterDir: string): Promise<void> {
  const wanted: string[] = [];
  for (const file of await findUnitFiles(clusterDir)) {
    const boots = await access(bootLink(file)).then(
      () => true,
      () => false,
    );
    if (boots) wanted.push(file);
  }
  if (wanted.length > 0) await systemctl('start what a boot starts', ['start', ...wanted]);
}

/** File names of a cluster's services, templates too; sockets are left alone. */
export async function findServiceFiles(clusterDir: string): Promise<string[]> {
  return (await findUnitFiles(clusterDir)).filter((file) => file.endsWith('.service'));
}

function dropInFolder(file: string): string {
  return join(RUNTIME_FOLDER, `${file}.d`);
}
