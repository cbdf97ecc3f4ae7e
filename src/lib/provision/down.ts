/**
 * Stopping a cluster on this machine: every unit at once, then whatever carries the cluster in its environment,
 * however it came to be there. It needs no spec and no cluster.json, and doing it twice is fine.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { clusterLayout, nodeLayout, publishersLayout, sessionsFile } from '../nodes/layout.ts';
import { findClusterProcesses } from '../nodes/processes.ts';
import { control } from '../nodes/runsv.ts';
import { findRunsvdirs } from '../nodes/runsvdir.ts';

export interface DownOptions {
  readonly clusterDir: string;
  /** Deletes the cluster's folder afterwards: keys, recordings, logs. */
  readonly purge: boolean;
}

export interface DownResult {
  /** Processes that ran before. */
  readonly stopped: number;
  /** Processes that did not end when asked. */
  readonly killed: number;
  readonly purged: boolean;
}

/** Units that run are asked to end; after this long they are told. */
const ASK_MS = 4_000;
const POLL_MS = 20;
const KILL_ROUNDS = 100;

/** Stops everything of a cluster. Throws ENVIRONMENT when a process outlives SIGKILL. */
export async function takeDown(options: DownOptions): Promise<DownResult> {
  const { clusterDir, purge } = options;
  const before = await listOwn(clusterDir);
  if (before.length > 0) await askUnits(clusterDir);
  const asked = performance.now();
  let left = before.length === 0 ? [] : await listOwn(clusterDir);
  while (left.length > 0 && performance.now() - asked < ASK_MS) {
    // Whoever is no child of a supervisor any more gets no word from one.
    if (performance.now() - asked > ASK_MS / 4) signalAll(left, 'SIGTERM');
    await sleep(POLL_MS);
    left = await listOwn(clusterDir);
  }
  const killed = left.length;
  for (let round = 0; left.length > 0; round++) {
    if (round === KILL_ROUNDS) {
      throw new StreamctlError('ENVIRONMENT', `${left.length} processes do not end: ${left.join(', ')}`, {
        hint: 'They may belong to another user: run streamctl down as that user.',
      });
    }
    signalAll(left, 'SIGKILL');
    await sleep(POLL_MS);
    left = await listOwn(clusterDir);
  }
  if (purge) await removeFolder(clusterDir);
  else await forgetSessions(clusterDir);
  return { stopped: before.length, killed, purged: purge };
}

async function removeFolder(clusterDir: string): Promise<void> {
  const names = await readdir(clusterDir).catch((): string[] => []);
  for (const name of [...orderRemoval(names), '']) {
    await rm(join(clusterDir, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * By these it is told whether anything is there, and what is left of it can be removed: they go last. The lock goes after
 * them: until then its folder is one command's.
 */
const LAST = ['nodes', 'program', 'lock'];

/** In which order the entries of a cluster's folder are deleted, so that one that is cut off is gone on with. Pure. */
export function orderRemoval(names: readonly string[]): string[] {
  return [...names.filter((name) => !LAST.includes(name)), ...LAST.filter((name) => names.includes(name))];
}

/** No publisher is left, so that the next one is not refused for a connection that only files remember. */
async function forgetSessions(clusterDir: string): Promise<void> {
  const nodes = await readdir(clusterLayout(clusterDir).nodes).catch((): string[] => []);
  await Promise.all(
    nodes.map((node) => rm(sessionsFile(nodeLayout(clusterDir, node).data), { force: true })),
  );
}

async function listOwn(clusterDir: string): Promise<number[]> {
  return (await findClusterProcesses(clusterDir)).filter((pid) => pid !== process.pid);
}

/** First the runsvdirs, which would start their runsv again; then every runsv, all at once. */
async function askUnits(clusterDir: string): Promise<void> {
  const nodes = await readdir(clusterLayout(clusterDir).nodes).catch((): string[] => []);
  await Promise.all([
    askFolder(publishersLayout(clusterDir).services),
    ...nodes.map(async (node) => {
      const { service, services } = nodeLayout(clusterDir, node);
      signalAll(findRunsvdirs(service), 'SIGTERM');
      for (const folder of [services, service]) await askFolder(folder);
    }),
  ]);
}

async function askFolder(folder: string): Promise<void> {
  const units = await readdir(folder).catch((): string[] => []);
  await Promise.all(units.map((unit) => control(join(folder, unit), 'dx')));
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') continue;
    }
  }
}
