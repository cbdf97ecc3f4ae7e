/** The control groups of a lab: one folder for each machine, at the top of each hierarchy that systemd uses. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';

/** Names the control group of a machine, or of the whole lab, below the top of a hierarchy. */
export function controlGroupOf(labDir: string, machine?: string): string {
  const lab = `streamctl-lab-${createHash('sha256').update(labDir).digest('hex').slice(0, 12)}`;
  return machine === undefined ? lab : join(lab, machine);
}

const EMPTY_LIMIT_MS = 10_000;

/** Removes a control group and all below it, as soon as the last process has left it. */
export async function removeControlGroups(group: string): Promise<void> {
  const deadline = performance.now() + EMPTY_LIMIT_MS;
  for (const top of await findHierarchies()) {
    while (!(await removeFolders(join(top, group)))) {
      if (performance.now() > deadline) {
        throw new StreamctlError(
          'PARTLY_DONE',
          `remove the control group ${join(top, group)}: it is in use`,
          {
            hint: 'Run the same command again.',
          },
        );
      }
      await sleep(20);
    }
  }
}

/** Where the hierarchies are mounted in which systemd makes groups. */
async function findHierarchies(): Promise<string[]> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  return mounts
    .filter(
      ([, , kind, options]) => kind === 'cgroup2' || (kind === 'cgroup' && options?.includes('name=systemd')),
    )
    .map(([, at]) => at!);
}

/** The files in them are the kernel's own and go with their folder. False while something is in use. */
async function removeFolders(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((one) => one.isDirectory())) {
    if (!(await removeFolders(join(folder, entry.name)))) return false;
  }
  return await rmdir(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
