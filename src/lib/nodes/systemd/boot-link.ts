/** Having systemd start a unit with the machine: the link that `systemctl enable` would make. */
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UNIT_FOLDER } from './unit-place.ts';

/** Returns the link's path. Sockets belong to another target than services. */
export function bootLink(id: string): string {
  const target = id.endsWith('.socket') ? 'sockets.target' : 'multi-user.target';
  return join(UNIT_FOLDER, `${target}.wants`, id);
}

/** Makes the link; one that is there stays. */
export async function enableUnit(id: string): Promise<void> {
  const link = bootLink(id);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(UNIT_FOLDER, id), link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
