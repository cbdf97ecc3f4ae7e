/** Processes of this machine, from /proc. A zombie that nobody reaped yet counts as gone. */
import { readdir, readFile, readlink } from 'node:fs/promises';

interface ProcessStat {
  readonly pid: number;
  readonly command: string;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

/** Reads one process; null when it is gone. */
export async function readProcess(pid: number): Promise<ProcessStat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const end = text.lastIndexOf(')');
  const [state, parent, group] = text.slice(end + 2).split(' ');
  const command = text.slice(text.indexOf('(') + 1, end);
  if (state === 'Z' || state === 'X') return null;
  return { pid, command, state: state!, parent: Number(parent), group: Number(group) };
}

/** Reads what a process was started with; empty when it is gone. */
export async function readArguments(pid: number): Promise<readonly string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').slice(0, -1);
}

export async function isProcessAlive(pid: number): Promise<boolean> {
  return (await readProcess(pid)) !== null;
}

/** Lists the pids of every process. */
export async function listPids(): Promise<number[]> {
  return (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
}

/** Whether any process of a process group is alive. */
export async function isGroupAlive(group: number): Promise<boolean> {
  try {
    process.kill(-group, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  for (const pid of await listPids()) {
    if ((await readProcess(pid))?.group === group) return true;
  }
  return false;
}

/** Whether a process of the cluster has this id, or is in the process group of this id. */
export async function isGroupOwned(group: number, clusterDir: string): Promise<boolean> {
  for (const pid of await listPids()) {
    const isOf = pid === group || (await readProcess(pid))?.group === group;
    if (isOf && (await findOwner(pid)) === clusterDir) return true;
  }
  return false;
}

/** Reads one variable of a process's environment as it was started; null when unset or not readable. */
export async function readEnvironment(pid: number, name: string): Promise<string | null> {
  const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const entry = environ.split('\0').find((item) => item.startsWith(`${name}=`));
  return entry === undefined ? null : entry.slice(name.length + 1);
}

/** These overwrite their environment with their title; what they keep is a working directory inside the cluster. */
const RENAMED = ['nginx', 'redis-server'];

/** Returns the folder of the cluster that started a process; null when none did. */
export async function findOwner(pid: number): Promise<string | null> {
  const said = await readEnvironment(pid, 'STREAMCTL_CLUSTER_DIR');
  if (said !== null) return said;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  const dir = /^(.+)\/(?:nodes\/[^/]+\/(?:service|services|data)|publishers\/services)\b/.exec(folder)?.[1];
  if (dir === undefined) return null;
  return RENAMED.includes((await readProcess(pid))?.command ?? '') ? dir : null;
}

/** Finds every process that a cluster started on this machine, whoever its parent is now. */
export async function findClusterProcesses(clusterDir: string): Promise<number[]> {
  const pids = await listPids();
  const found = await Promise.all(
    pids.map(async (pid) => {
      return (await findOwner(pid)) === clusterDir && (await isProcessAlive(pid));
    }),
  );
  return pids.filter((_, index) => found[index]);
}
