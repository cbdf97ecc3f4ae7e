/** Whether this machine can hold a lab, and what it lacks. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { StreamctlError } from '../base/errors.ts';
import { findMissingPackages, installPackages, type SystemPackage } from '../provision/packages.ts';

/** What a lab needs beside a cluster's packages. */
export const LAB_PACKAGES: readonly SystemPackage[] = [
  { name: 'mmdebstrap', files: ['/usr/bin/mmdebstrap'], why: 'makes the root file system' },
  { name: 'systemd-container', files: ['/usr/bin/systemd-nspawn'], why: 'runs the machines' },
  { name: 'iproute2', files: ['/usr/sbin/ip', '/sbin/ip'], why: 'makes the networks' },
  { name: 'openssh-client', files: ['/usr/bin/ssh'], why: 'reaches the machines' },
  {
    name: 'netcat-openbsd',
    files: ['/usr/bin/nc.openbsd', '/bin/nc.openbsd'],
    why: 'leads ssh into the lab',
  },
];

/** Throws ENVIRONMENT unless we are root. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new StreamctlError('ENVIRONMENT', 'a lab needs root: it makes namespaces, mounts and bridges', {
    hint: 'Run the same command with sudo.',
  });
}

/** Installs what is missing, which it names first. `program` is the folder of streamctl. */
export async function ensureLabPackages(program: string, say: (text: string) => void): Promise<void> {
  const missing = await findMissingPackages(LAB_PACKAGES);
  if (missing.length === 0) return;
  say(`installing with apt-get: ${missing.map(({ name, why }) => `${name} (${why})`).join(', ')}`);
  await installPackages(
    program,
    missing.map(({ name }) => name),
  );
}

/** Tries each thing that containers forbid, in namespaces of its own; its last word is the one that failed. */
const TRIAL = `set -e
echo 'mount an overlay file system' && mkdir -p "$1/lower" "$1/upper" "$1/work" "$1/root"
mount -t overlay trial -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" "$1/root"
echo 'make a bridge' && ip link add br-trial type bridge
echo 'make a pair of interfaces' && ip link add trial-1 type veth peer name trial-2
echo 'forward packets' && echo 1 >/proc/sys/net/ipv4/ip_forward
echo fine`;

/** Returns what this machine forbids that a lab needs, in words; null when nothing. `dir` is where the lab will be. */
export async function findObstacle(dir: string): Promise<string | null> {
  const trial = join(dir, 'trial');
  await mkdir(trial, { recursive: true });
  try {
    const alone = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const done = await execa('unshare', [...alone, 'sh', '-c', TRIAL, 'trial', trial], { reject: false });
    const last = done.stdout.trim().split('\n').at(-1) ?? '';
    if (last === 'fine') return null;
    const why = done.stderr.trim().split('\n').at(-1) ?? '';
    return `${last === '' ? 'make namespaces' : last}: ${why}`;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

/** Throws ENVIRONMENT with what this machine forbids. */
export async function requireAbility(dir: string): Promise<void> {
  const obstacle = await findObstacle(dir);
  if (obstacle === null) return;
  throw new StreamctlError('ENVIRONMENT', `this machine does not let a lab ${obstacle}`, {
    hint: 'Use a whole (virtual) machine, or a container with all privileges.',
  });
}
