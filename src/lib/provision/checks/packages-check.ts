import { join } from 'node:path';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import { findMissingPackages, installCommand } from '../packages.ts';
import { type Check, fine } from './check.ts';

const VERSIONS: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['nginx', ['/usr/sbin/nginx', '-v'], /nginx\/(\S+)/],
  ['ffmpeg', ['ffmpeg', '-version'], /ffmpeg version ([\d.]+)/],
  ['redis', ['redis-server', '--version'], /v=(\S+)/],
];

/** Are the system packages there, and which versions? */
export const packagesCheck: Check = {
  name: 'packages',
  run: async ({ root }) => {
    const missing = await findMissingPackages();
    if (missing.length === 0) return [fine(await describeVersions())];
    const names = missing.map(({ name }) => name);
    return [
      {
        state: 'fault',
        text: `not installed: ${missing.map(({ name, why }) => `${name} (${why})`).join(', ')}`,
        remedy: installCommand(names),
        fix: () => installPackages(root, names),
      },
    ];
  },
};

async function describeVersions(): Promise<string> {
  const found = await Promise.all(
    VERSIONS.map(async ([name, [command, ...args], pattern]) => {
      const { stdout, stderr } = await execa(command!, args, { reject: false });
      return `${name} ${pattern.exec(`${stdout}\n${stderr}`)?.[1] ?? 'of unknown version'}`;
    }),
  );
  return [...found, `runit, Node ${process.versions.node}`].join(', ');
}

async function installPackages(root: string, names: readonly string[]): Promise<void> {
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
