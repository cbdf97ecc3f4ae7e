import { execa } from 'execa';
import { findMissingPackages, installCommand, installPackages } from '../packages.ts';
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
