/** Talking to one runsv through its fifos, without starting a process for it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseRunsvStatus, type RunsvStatus } from './runit-status.ts';

const POLL_MS = 15;

/** Whether a runsv watches this service folder. */
export async function isSupervised(dir: string): Promise<boolean> {
  return await writeFifo(join(dir, 'supervise/ok'), '');
}

/** Sends runsv a command of its control interface; false when no runsv listens. */
export async function control(dir: string, letters: string): Promise<boolean> {
  return await writeFifo(join(dir, 'supervise/control'), letters);
}

async function writeFifo(path: string, text: string): Promise<boolean> {
  try {
    await using file = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    if (text !== '') await file.write(text);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENXIO' || code === 'ENOENT' || code === 'EPIPE' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Reads the status of a service; null when there is none. */
export async function readStatus(dir: string): Promise<RunsvStatus | null> {
  const bytes = await readFile(join(dir, 'supervise/status')).catch(() => null);
  return bytes === null ? null : parseRunsvStatus(bytes);
}

/** Starts a supervisor that outlives this process, with nothing but the given environment. */
export function spawnDetached(
  argv: readonly [string, ...string[]],
  env: Record<string, string>,
): number | undefined {
  const [command, ...args] = argv;
  const child = spawn(command, args, { detached: true, stdio: 'ignore', env, cwd: '/' });
  child.on('error', () => {});
  child.unref();
  return child.pid;
}

/** Resolves with true once `holds` does, with false after `timeoutMs`. */
export async function waitUntil(
  holds: () => Promise<boolean> | boolean,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Kills a process group; one that is gone is no error. */
export function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
