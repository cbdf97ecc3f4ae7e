/** Taking every unit of a cluster off this machine, whoever made it and whatever is left of its folders. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bootLink } from './boot-link.ts';
import { systemctl } from './systemctl.ts';
import { UNIT_FOLDER } from './unit-place.ts';
import { isUnitFileOf } from './unit-text.ts';

/** Lists the names of a cluster's unit files. */
export async function findUnitFiles(clusterDir: string): Promise<string[]> {
  const names = (await readdir(UNIT_FOLDER).catch(() => [])).filter((name) => name.startsWith('streamctl-'));
  const texts = await Promise.all(
    names.map((name) => readFile(join(UNIT_FOLDER, name), 'utf8').catch(() => '')),
  );
  return names.filter((_, index) => isUnitFileOf(clusterDir, texts[index]!));
}

/** Stops all units and keeps their files, so that a boot starts none; resolves when no process is left. */
export async function stopAllUnits(clusterDir: string): Promise<readonly string[]> {
  const files = await findUnitFiles(clusterDir);
  for (const file of files) await rm(bootLink(file), { force: true });
  // The door first, then the agent's units: nobody starts one meanwhile.
  const doors = files.filter((file) => file.endsWith('.socket'));
  if (doors.length > 0) await systemctl('close the door', ['stop', ...doors]);
  const units = files.filter((file) => !file.endsWith('.socket')).map((file) => file.replace('@.', '@*.'));
  if (units.length > 0) await systemctl('stop all units', ['stop', ...units]);
  return files;
}

/** Stops all units and deletes their files. */
export async function removeAllUnits(clusterDir: string): Promise<void> {
  const files = await stopAllUnits(clusterDir);
  if (files.length === 0) return;
  for (const file of files) await rm(join(UNIT_FOLDER, file), { force: true });
  await systemctl('read unit files', ['daemon-reload']);
  await systemctl('forget failures', ['reset-failed']);
}
