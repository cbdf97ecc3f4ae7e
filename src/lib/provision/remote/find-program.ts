import { posix } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import { clusterLayout } from '../../nodes/layout.ts';
import type { SshTarget } from '../../ssh/target.ts';
import { collectFacts } from './collect-facts.ts';
import type { Machine } from './facts-script.ts';
import type { HandsPlaceOnMachine } from './hands-session.ts';

/** Finds the program of a cluster on a machine. Throws NOT_FOUND, and what ssh throws. */
export async function findProgram(
  target: SshTarget,
  clusterDir: string,
  signal: AbortSignal,
): Promise<HandsPlaceOnMachine> {
  const found = programOn(clusterDir, await collectFacts(target, clusterDir, signal));
  if (found !== null) return found;
  throw new StreamctlError('NOT_FOUND', `${target.node}: its machine has no program of the cluster`, {
    hint: 'Run streamctl up.',
  });
}

/** The newest program of a cluster on a machine, by what the machine said; null when there is none. Pure. */
export function programOn(
  clusterDir: string,
  { asRoot, programs }: Pick<Machine, 'asRoot' | 'programs'>,
): HandsPlaceOnMachine | null {
  const { programs: folder } = clusterLayout(clusterDir);
  const node = programs.find((name) => name.startsWith('node-'));
  const own = programs.find((name) => !name.startsWith('node-'));
  if (node === undefined || own === undefined) return null;
  return { nodeBinary: posix.join(folder, node, 'node'), entry: posix.join(folder, own, 'main.js'), asRoot };
}
