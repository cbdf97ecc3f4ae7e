/** The user that units run as, and what is theirs. Everything here takes root. */
import { chown } from 'node:fs/promises';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import { SYSTEM_USER } from './unit-place.ts';

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** Finds the user; null when the machine does not have it. */
export async function findSystemUser(): Promise<UserIds | null> {
  const { stdout, failed } = await execa('getent', ['passwd', SYSTEM_USER], { reject: false });
  if (failed) return null;
  const [, , uid, gid] = stdout.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Makes the user unless the machine has it. Throws ENVIRONMENT. */
export async function ensureSystemUser(): Promise<UserIds> {
  const present = await findSystemUser();
  if (present !== null) return present;
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
  const { stderr } = await execa('useradd', [...args, '--shell', '/usr/sbin/nologin', SYSTEM_USER], {
    reject: false,
  });
  return await requireSystemUser(stderr.trim());
}

/** Finds the user. Throws ENVIRONMENT, with `why` it is not there. */
export async function requireSystemUser(why = ''): Promise<UserIds> {
  const found = await findSystemUser();
  if (found !== null) return found;
  throw new StreamctlError('ENVIRONMENT', `this machine has no user ${SYSTEM_USER}${why && `: ${why}`}`, {
    hint: 'Run streamctl up: it makes the user.',
  });
}

/** Makes files or folders the user's; what is in a folder stays as it is. */
export async function giveToSystemUser(paths: readonly string[]): Promise<void> {
  const { uid, gid } = await requireSystemUser();
  for (const path of paths) await chown(path, uid, gid);
}
