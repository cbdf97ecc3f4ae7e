/** The packages that a machine needs from its distribution, and how old they may be. */
import { REMOTE_PACKAGES } from '../packages.ts';

export interface MachinePackage {
  readonly name: string;
  /** Least upstream version; absent: any. */
  readonly least?: string;
  readonly why: string;
}

export const MACHINE_PACKAGES: readonly MachinePackage[] = [
  { name: 'nginx', least: '1.18', why: 'serves viewers, takes RTMP' },
  { name: 'libnginx-mod-rtmp', why: 'the RTMP module of nginx' },
  { name: 'ffmpeg', least: '5.1', why: 'transcodes' },
  { name: 'redis-server', least: '7.0', why: 'the store' },
  ...REMOTE_PACKAGES.map(({ name, why }) => ({ name, why })),
];

/** Whether a Debian version (`7:5.1.9-0+deb12u1`) is at least an upstream version (`5.1`). Pure. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string): number[] => text.replace(/^\d+:/, '').split(/[^\d]/).map(Number);
  const [have, want] = [numbers(version), numbers(least)];
  for (const [index, wanted] of want.entries()) {
    const own = have[index] ?? 0;
    if (own !== wanted) return own > wanted;
  }
  return true;
}
