/** Whether a machine can be a node: the first thing that is in the way, with its remedy. Pure. */
import { StreamctlError } from '../../base/errors.ts';
import type { Machine } from './facts-script.ts';
import { isAtLeast, MACHINE_PACKAGES, type MachinePackage } from './machine-packages.ts';

/** Distributions that were tried or have the same packages, and their least release. */
const SUPPORTED: Readonly<Record<string, { readonly least: number; readonly name: string }>> = {
  debian: { least: 12, name: 'Debian 12' },
  ubuntu: { least: 24.04, name: 'Ubuntu 24.04' },
};
/** The program, its Node and packages, and something to write on. */
const LEAST_FREE_MB = 1_000;
/** Replicas meet on one grid of wall-clock time: a clock this far off spoils it. */
export const CLOCK_REFUSED_MS = 500;
export const CLOCK_WARNED_MS = 50;

/** Architectures by uname's name and by Node's. */
const NODE_ARCHITECTURE: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };

export interface Ours {
  /** `process.arch` of the Node that would be brought. */
  readonly architecture: string;
}

/** Returns what keeps the machine from being a node; null when nothing does. */
export function judgeMachine(node: string, machine: Machine, ours: Ours): StreamctlError | null {
  const { distribution, release, systemd, architecture, freeMb, clockOffsetMs } = machine;
  const system = SUPPORTED[distribution];
  if (system === undefined || Number(release) < system.least) {
    const names = Object.values(SUPPORTED).map(({ name }) => name);
    return unfit(node, `${`${distribution} ${release}`.trim() || 'an unknown system'} is not supported`, {
      hint: `Use ${names.join(' or ')}, or later.`,
    });
  }
  if (!systemd)
    return unfit(node, 'systemd does not run there', { hint: 'Use a machine that boots with systemd.' });
  if (NODE_ARCHITECTURE[architecture] !== ours.architecture) {
    return unfit(node, `its processor is ${architecture}, the Node here is for ${ours.architecture}`, {
      hint: 'Work from a machine of the same architecture.',
    });
  }
  if (machine.sudo !== '') return wordSudo(node, machine);
  const [old] = findOldPackages(machine);
  if (old !== undefined) {
    return unfit(node, `${old.name} ${machine.packages[old.name]} is too old; ${old.least} is needed`, {
      hint: `Upgrade it: sudo apt-get install ${old.name}.`,
    });
  }
  if (freeMb < LEAST_FREE_MB) {
    return unfit(node, `${freeMb} MB are free under /var/lib; ${LEAST_FREE_MB} MB are needed`, {
      hint: 'Make room.',
    });
  }
  if (isClockRefused(machine)) {
    return unfit(node, `its clock is ${wordOffset(clockOffsetMs)}`, {
      hint: 'Let both follow network time: sudo timedatectl set-ntp true.',
    });
  }
  return null;
}

/** Packages that are there and too old. */
export function findOldPackages({ packages }: Pick<Machine, 'packages'>): readonly MachinePackage[] {
  return MACHINE_PACKAGES.filter(({ name, least }) => {
    const version = packages[name];
    return version !== undefined && least !== undefined && !isAtLeast(version, least);
  });
}

/** Whether a clock is off by more than the measuring may be wrong and replicas bear. */
export function isClockRefused(clock: Pick<Machine, 'clockOffsetMs' | 'clockErrorMs'>): boolean {
  return Math.abs(clock.clockOffsetMs) - clock.clockErrorMs > CLOCK_REFUSED_MS;
}

/** `6 × debian 12`, for the operator. */
export function wordSystems(machines: readonly Machine[]): string {
  const counts = new Map<string, number>();
  for (const { distribution, release } of machines) {
    const name = `${distribution} ${release}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} × ${name}`).join(', ');
}

/** `120 ms ahead of ours`, `2.5 s behind ours`. */
export function wordOffset(ms: number): string {
  const size =
    Math.abs(ms) < 1000 ? `${Math.abs(ms).toFixed(0)} ms` : `${(Math.abs(ms) / 1000).toFixed(1)} s`;
  return `${size} ${ms > 0 ? 'ahead of' : 'behind'} ours`;
}

function wordSudo(node: string, { user, sudo, sudoPassword }: Machine): StreamctlError {
  const asks = /password|terminal/.test(sudo);
  const what = sudoPassword
    ? `sudo does not take the password that was given for ${user}`
    : asks
      ? `sudo asks ${user} for a password`
      : `${user} may not use sudo`;
  const instead = asks && !sudoPassword ? ', name a file with the password (ssh.sudoPasswordFile)' : '';
  const hint = sudoPassword
    ? `Put the password of ${user} on this machine into the file of ssh.sudoPasswordFile, then run this again.`
    : `Let ${user} use sudo without one on this machine (a line "${user} ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d)${instead}, or set ssh.user.`;
  return new StreamctlError('ACCESS_DENIED', `${node}: become root: ${what}`, {
    hint,
    details: { node, step: 'become root', facts: { 'sudo said': sudo } },
  });
}

function unfit(node: string, what: string, { hint }: { readonly hint: string }): StreamctlError {
  return new StreamctlError('MACHINE_UNFIT', `${node}: check the machine: ${what}`, {
    hint: `${hint} Then run this again.`,
    details: { node, step: 'check the machine' },
  });
}
