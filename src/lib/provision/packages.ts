/** The programs that a cluster needs from the system, and the Debian packages that bring them. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { StreamctlError } from '../base/errors.ts';

export interface SystemPackage {
  readonly name: string;
  /** The package is there when one of these files is. */
  readonly files: readonly string[];
  readonly why: string;
}

export const SYSTEM_PACKAGES: readonly SystemPackage[] = [
  { name: 'nginx', files: ['/usr/sbin/nginx'], why: 'serves viewers, takes RTMP' },
  {
    name: 'libnginx-mod-rtmp',
    files: ['/usr/lib/nginx/modules/ngx_rtmp_module.so'],
    why: 'the RTMP module of nginx',
  },
  { name: 'ffmpeg', files: ['/usr/bin/ffmpeg', '/usr/local/bin/ffmpeg'], why: 'transcodes' },
  { name: 'redis-server', files: ['/usr/bin/redis-server'], why: 'the store' },
  { name: 'runit', files: ['/usr/bin/runsvdir'], why: 'supervises every process' },
];

/** What a machine of its own needs beside them: its traffic with the others goes through a WireGuard mesh. */
export const REMOTE_PACKAGES: readonly SystemPackage[] = [
  { name: 'wireguard-tools', files: ['/usr/bin/wg'], why: 'sets the mesh up' },
  { name: 'wireguard-go', files: ['/usr/bin/wireguard-go'], why: 'the mesh, where the kernel has none' },
  { name: 'nftables', files: ['/usr/sbin/nft'], why: 'keeps strangers from addresses of the mesh' },
  { name: 'iproute2', files: ['/usr/sbin/ip', '/sbin/ip'], why: 'gives the mesh its address' },
];

/** Returns the packages that are missing. */
export async function findMissingPackages(
  packages: readonly SystemPackage[] = SYSTEM_PACKAGES,
): Promise<SystemPackage[]> {
  const present = await Promise.all(packages.map(({ files }) => anyExists(files)));
  return packages.filter((_, index) => !present[index]);
}

/** Returns the command that installs packages. */
export function installCommand(names: readonly string[]): string {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  return `${sudo}apt-get install --no-install-recommends ${names.join(' ')}`;
}

/** Throws PACKAGE_MISSING, naming each package and the command, unless all are there. */
export async function requirePackages(): Promise<void> {
  const missing = await findMissingPackages();
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const what = missing.map(({ name, why }) => `${name} (${why})`).join(', ');
  throw new StreamctlError('PACKAGE_MISSING', `not installed: ${what}`, {
    hint: `Run ${installCommand(names)}, or streamctl doctor --fix.`,
    details: { packages: names },
  });
}

/**
 * Installs packages with apt-get, without starting their services; asks for sudo's password when it must. `root` is the
 * folder of streamctl. Throws PACKAGE_MISSING.
 */
export async function installPackages(root: string, names: readonly string[]): Promise<void> {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const [command, ...args] = [...sudo, 'sh', join(root, 'bin/install-packages.sh'), ...names];
  const { exitCode, stderr } = await execa(command!, args, { reject: false, stdin: 'inherit' });
  if (exitCode === 0) return;
  const last = String(stderr).trim().split('\n').slice(-3).join('\n');
  throw new StreamctlError('PACKAGE_MISSING', `install ${names.join(', ')}: apt-get ended with ${exitCode}`, {
    hint: `Run ${installCommand(names)} yourself.`,
    details: { facts: { 'last lines': last } },
  });
}

async function anyExists(files: readonly string[]): Promise<boolean> {
  for (const file of files) {
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return true;
  }
  return false;
}
