/**
 * The processes of one node on this machine, found by where they work: a unit's folder or its data. What stands for
 * the world outside of the node, a test publisher, is none of it.
 */
import { readlink } from 'node:fs/promises';
import { nodeLayout } from '../../nodes/layout.ts';
import { findOwner, listPids, readProcess } from '../../nodes/processes.ts';
import { findRunsvdirs } from '../../nodes/runsvdir.ts';

export interface NodeProcess {
  readonly pid: number;
  /** Starts others anew: to be hit first. */
  readonly supervisor: boolean;
  /** Stopped by a signal. */
  readonly stopped: boolean;
}

/** Units that only happen to run on a node: encoders, and what runs beside them. */
export const OUTSIDE_UNITS = /^(publisher|relay)-/;

/** Finds every process of the node, supervisors first. */
export async function findNodeProcesses(clusterDir: string, node: string): Promise<NodeProcess[]> {
  const pids = await listPids();
  // A runsvdir works in `/`; what it says on its command line is its folder.
  const roots = new Set(findRunsvdirs(nodeLayout(clusterDir, node).service));
  const found = await Promise.all(
    pids.map((pid) => (roots.has(pid) ? describe(pid) : inspect(pid, clusterDir, node))),
  );
  return found
    .filter((one) => one !== null)
    .sort((a, b) => Number(b.supervisor) - Number(a.supervisor) || a.pid - b.pid);
}

async function inspect(pid: number, clusterDir: string, node: string): Promise<NodeProcess | null> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (folder === null || pid === process.pid) return null;
  const unit = unitOfFolder(folder, clusterDir, node);
  if (unit === null || OUTSIDE_UNITS.test(unit)) return null;
  return (await findOwner(pid)) === clusterDir ? await describe(pid) : null;
}

async function describe(pid: number): Promise<NodeProcess | null> {
  const known = await readProcess(pid);
  if (known === null) return null;
  const supervisor = known.command === 'runsvdir' || known.command === 'runsv';
  return { pid, supervisor, stopped: known.state === 'T' };
}

/** The unit whose folder a process works in, empty for one of the node's own; null for another node's. */
export function unitOfFolder(folder: string, clusterDir: string, node: string): string | null {
  const base = `${clusterDir}/nodes/${node}/`;
  if (!folder.startsWith(base)) return null;
  const [place, unit = ''] = folder.slice(base.length).split('/');
  return place === 'service' || place === 'services' ? unit.replace(/ \(deleted\)$/, '') : '';
}

/** Signals processes one after the other without a pause; those that are gone are passed over. Returns how many. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): number {
  let reached = 0;
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
      reached += 1;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return reached;
}
