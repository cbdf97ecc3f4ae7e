/** Whether a process of a cluster is left over from something that was killed, or kept on purpose. */
import { findOwner, readArguments, readProcess } from '../../nodes/processes.ts';

/** More are not above one another; it also ends a look at those that may not be seen. */
const MOST_STEPS = 100;

/** False for a process that has ended, and for one that is, or is below, what keeps processes of its cluster. */
export async function isLeftOver(pid: number, clusterDir: string): Promise<boolean> {
  let at = pid;
  for (let step = 0; step < MOST_STEPS && at > 1; step++) {
    const found = await readProcess(at);
    if (found === null && at === pid) return false;
    if (found !== null && (await keeps(at, found.command, clusterDir))) return false;
    // When one above has ended meanwhile, what it had has another parent now.
    at = found === null ? pid : found.parent;
  }
  return true;
}

const SUPERVISORS = ['runsv', 'runsvdir'];

/** A supervisor of the cluster does, and the undo process of a drill. */
async function keeps(pid: number, command: string, clusterDir: string): Promise<boolean> {
  if ((await findOwner(pid)) !== clusterDir) return false;
  if (SUPERVISORS.includes(command)) return true;
  const words = await readArguments(pid);
  return words[words.indexOf('daemon') + 1] === 'undo';
}
