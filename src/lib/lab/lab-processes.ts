/** The processes of a lab: found by what they carry in their environment, whoever their parent is now. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { isProcessAlive, listPids, readEnvironment } from '../nodes/processes.ts';

/** The part that holds the bridges and the router; the other parts are machines, by name. */
export const SWITCH = 'switch';

export interface LabProcess {
  readonly pid: number;
  readonly part: string;
}

/**
 * Finds every process of a lab, or with null of any lab, that runs on this machine itself; those inside of its machines
 * end with them.
 */
export async function findLabProcesses(labDir: string | null): Promise<LabProcess[]> {
  const found = await Promise.all(
    (await listPids()).map(async (pid) => {
      const said = await readEnvironment(pid, 'STREAMCTL_LAB');
      if (said === null || (labDir !== null && said !== labDir)) return null;
      if (!(await isProcessAlive(pid))) return null;
      return { pid, part: (await readEnvironment(pid, 'STREAMCTL_LAB_PART')) ?? '' };
    }),
  );
  return found.filter((one) => one !== null).sort((a, b) => a.pid - b.pid);
}

const END_LIMIT_MS = 10_000;

/** Ends parts of a lab as a power cut does, and waits until they are gone. Returns how many processes it ended. */
export async function endParts(labDir: string, isMeant: (part: string) => boolean): Promise<number> {
  const ended = new Set<number>();
  const deadline = performance.now() + END_LIMIT_MS;
  for (;;) {
    const left = (await findLabProcesses(labDir)).filter(({ part }) => isMeant(part));
    if (left.length === 0) return ended.size;
    if (performance.now() > deadline) {
      throw new StreamctlError('PARTLY_DONE', `end process ${left[0]!.pid} of the lab: it is still there`, {
        hint: 'Run the same command again.',
      });
    }
    for (const { pid } of left) {
      ended.add(pid);
      kill(pid);
    }
    await sleep(20);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export interface PartCall {
  readonly labDir: string;
  readonly part: string;
  /** What it runs; with `alone`, as the first process of namespaces of its own. */
  readonly argv: readonly string[];
  readonly alone: boolean;
  readonly log: string;
}

export interface StartedPart {
  readonly pid: number;
  /** Tells it to go on. Until then it waits, and ends when this process ends. */
  go(): void;
}

/** Namespaces of its own; killing the outer process ends everything in them, and with it they go. */
const ALONE = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Starts a part of a lab, away from this process's terminal and group. */
export async function startPart({ labDir, part, argv, alone, log }: PartCall): Promise<StartedPart> {
  const output = openSync(log, 'a', 0o600);
  const [command, ...args] = alone ? ['unshare', ...ALONE, ...argv] : argv;
  const child = spawn(command!, args, {
    detached: true,
    cwd: '/',
    stdio: ['pipe', output, output],
    env: { PATH, STREAMCTL_LAB: labDir, STREAMCTL_LAB_PART: part },
  });
  closeSync(output);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.stdin?.on('error', () => undefined);
  child.unref();
  return { pid: child.pid!, go: () => child.stdin?.end('go\n') };
}

export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
