import { access, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { clusterLayout } from '../../nodes/layout.ts';
import { findOwner, listPids, readProcess } from '../../nodes/processes.ts';
import { findHolder } from '../lock.ts';
import { type Check, type Finding, fine } from './check.ts';

type Found = Omit<Finding, 'check'>;

/** Locks whose owner is dead, and processes of clusters that are no more or that nobody supervises. */
export const leftoversCheck: Check = {
  name: 'leftovers',
  run: async ({ home }) => {
    const found = [...(await findStaleLocks(home)), ...(await findOrphans(home))];
    return found.length > 0 ? found : [fine('no stale lock, no orphan process')];
  },
};

async function findStaleLocks(home: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await readdir(home).catch((): string[] => [])) {
    const { lock } = clusterLayout(join(home, name));
    if (!(await exists(lock)) || (await findHolder(lock)) !== null) continue;
    found.push({
      state: 'warning',
      text: `cluster ${name} has a lock whose owner is dead`,
      remedy: 'The next up takes it over.',
      fix: () => rm(lock, { force: true }),
    });
  }
  return found;
}

async function findOrphans(home: string): Promise<Found[]> {
  const byCluster = new Map<string, number[]>();
  for (const pid of await listPids()) {
    const dir = await findOwner(pid);
    if (dir === null || !dir.startsWith(`${home}/`) || (await readProcess(pid)) === null) continue;
    byCluster.set(dir, [...(byCluster.get(dir) ?? []), pid]);
  }
  const found: Found[] = [];
  for (const [dir, pids] of byCluster) {
    const names = await Promise.all(pids.map(async (pid) => (await readProcess(pid))?.command));
    if (names.includes('runsvdir') && (await exists(clusterLayout(dir).record))) continue;
    found.push({
      state: 'fault',
      text: `${pids.length} processes of cluster ${basename(dir)} run without a supervisor: ${pids.join(', ')}`,
      remedy: `streamctl down --cluster ${basename(dir)}`,
      fix: async () => endAll(pids),
    });
  }
  return found;
}

function endAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
