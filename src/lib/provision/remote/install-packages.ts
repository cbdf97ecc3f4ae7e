/** Packages of the distribution, on a machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import { tryRun } from '../../ssh/run.ts';
import { quoteWord } from '../../ssh/ssh-arguments.ts';
import type { SshTarget } from '../../ssh/target.ts';
import type { Machine } from './facts-script.ts';
import { MACHINE_PACKAGES } from './machine-packages.ts';

/** Returns the names of the packages that a machine lacks. */
export function missingPackages({ packages }: Pick<Machine, 'packages'>): string[] {
  return MACHINE_PACKAGES.map(({ name }) => name).filter((name) => packages[name] === undefined);
}

export interface Installation {
  readonly names: readonly string[];
  readonly asRoot: string;
  /** Folder of the built program, beside which bin/ is. */
  readonly source: string;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 10 * 60_000;

/** Installs packages with apt-get, without starting their services. Throws PACKAGE_MISSING with its last lines. */
export async function installPackages(target: SshTarget, installation: Installation): Promise<void> {
  const { names, asRoot, source, signal } = installation;
  const step = `install ${names.join(', ')}`;
  const { status, stderr } = await tryRun(target, {
    step,
    command: `${asRoot}sh -s -- ${names.map(quoteWord).join(' ')}`,
    input: await readFile(join(source, '../bin/install-packages.sh')),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (status === 0) return;
  throw new StreamctlError('PACKAGE_MISSING', `${target.node}: ${step}: apt-get ended with ${status}`, {
    hint: 'Install them there yourself, or mend what apt-get says, then run this again.',
    details: {
      node: target.node,
      step,
      facts: { 'last lines': stderr.trim().split('\n').slice(-5).join('\n') },
    },
  });
}
