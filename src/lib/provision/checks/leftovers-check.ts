import { access, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { clusterLayout } from '../../nodes/layout.ts';
import { findOwner, listPids, readProcess } from '../../nodes/processes.ts';
import { findHolder } from '../lock.ts';
import { type Check, type Finding, fine } from './check.ts';
import { isLeftOver } from './is-left-over.ts';

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
  const found = await Promise.all([...byCluster].map(([dir, pids]) => judgeProcesses(dir, pids)));
  return found.flat();
}

/** Of a cluster that is no more all are too many, of one that is there those that nothing keeps. */
async function judgeProcesses(dir: string, pids: readonly number[]): Promise<Found[]> {
  const isThere = await exists(clusterLayout(dir).record);
  const left = await Promise.all(pids.map(async (pid) => !isThere || (await isLeftOver(pid, dir))));
  const orphans = pids.filter((_, index) => left[index]);
  if (orphans.length === 0) return [];
  const name = basename(dir);
  return [
    {
      state: 'fault',
      text: `${orphans.length} processes of cluster ${name} run without a supervisor: ${orphans.join(', ')}`,
      remedy: isThere
        ? '--fix ends them; streamctl up starts what is missing then.'
        : `streamctl down --cluster ${name}`,
      fix: async () => endAll(orphans),
    },
  ];
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
