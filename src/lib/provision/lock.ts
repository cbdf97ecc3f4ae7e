/** One command at a time changes a cluster: a file that says who. A lock whose process is dead is taken over. */
import { link, mkdir, readFile, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { readProcess } from '../nodes/processes.ts';
import type { CiRun } from '../store/operator-lease.ts';

/** What the lock file says. */
export interface LockHolder {
  readonly pid: number;
  /** Start of the process in clock ticks since boot: a pid alone may be someone else's by now. */
  readonly startTicks: string;
  readonly user: string;
  /** `streamctl up`. */
  readonly command: string;
  readonly sinceMs: number;
  /** Of one use of a cluster's lock; absent in locks of other things. */
  readonly id?: string;
  readonly ci?: CiRun | null;
  /** Whose command it is, where the process only works for it (hands). */
  readonly who?: string;
  readonly host?: string;
}

export interface LockOptions {
  readonly file: string;
  readonly command: string;
  /** How long to wait for another holder; 0 does not wait. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called when it has to wait, and each ten seconds while it does. */
  readonly onWait?: ((holder: LockHolder) => void) | undefined;
  /** What the file says beside the process. */
  readonly identity?: Required<Pick<LockHolder, 'id' | 'ci'>> & Pick<LockHolder, 'who' | 'host'>;
}

const POLL_MS = 200;
const SAY_MS = 10_000;

/** Takes the lock; returns what gives it back. Throws LOCKED with who holds it. */
export async function takeLock(options: LockOptions): Promise<() => Promise<void>> {
  const { file, command, waitMs, signal } = options;
  const draft = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  const self = { ...(await describeSelf(command)), ...options.identity };
  await writeFile(draft, JSON.stringify(self), { mode: 0o644 });
  const deadline = performance.now() + waitMs;
  let toldMs = Number.NEGATIVE_INFINITY;
  try {
    while (!(await tryLink(draft, file))) {
      const holder = await findHolder(file);
      if (holder === null) {
        await buryStaleLock(file);
        continue;
      }
      if (performance.now() >= deadline) throw lockedBy(holder);
      if (signal?.aborted) throw new StreamctlError('INTERRUPTED', 'stopped while waiting for the lock');
      if (performance.now() - toldMs >= SAY_MS) {
        options.onWait?.(holder);
        toldMs = performance.now();
      }
      await sleep(POLL_MS);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readHolder(file))?.pid === process.pid) await rm(file, { force: true });
    // A cluster of which nothing was made leaves no empty folder.
    await rmdir(dirname(file)).catch(() => undefined);
  };
}

/** Returns who holds the lock; null when nobody alive does. */
export async function findHolder(file: string): Promise<LockHolder | null> {
  const holder = await readHolder(file);
  if (holder === null || (await readProcess(holder.pid)) === null) return null;
  return (await readStartTicks(holder.pid)) === holder.startTicks ? holder : null;
}

/** Puts a file of this process in the place of the holder's, who notices it when it looks. Returns what gives it back. */
export async function seizeLock(file: string, command: string): Promise<() => Promise<void>> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(await describeSelf(command)), { mode: 0o644 });
  await rename(draft, file);
  return async () => {
    if ((await readHolder(file))?.pid === process.pid) await rm(file, { force: true });
  };
}

async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two that find the same stale lock: the one that moves it first wins, the other must not remove the winner's. */
async function buryStaleLock(file: string): Promise<void> {
  const grave = `${file}.stale.${process.pid}`;
  try {
    await rename(file, grave);
  } catch {
    return;
  }
  if ((await findHolder(grave)) !== null) await link(grave, file).catch(() => undefined);
  await unlink(grave);
}

async function describeSelf(command: string): Promise<LockHolder> {
  const startTicks = (await readStartTicks(process.pid)) ?? '';
  return { pid: process.pid, startTicks, user: userInfo().username, command, sinceMs: Date.now() };
}

/** Start of a process in clock ticks since boot; null when there is none of that pid. */
export async function readStartTicks(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat === null ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null);
}

/** What a lock file says, whether its process lives or not; null when there is none. */
export async function readHolder(file: string): Promise<LockHolder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockHolder;
  } catch {
    return null;
  }
}

function lockedBy(holder: LockHolder): StreamctlError {
  const since = new Date(holder.sinceMs);
  const ageSec = Math.max(0, Math.round((Date.now() - holder.sinceMs) / 1000));
  return new StreamctlError('LOCKED', `${holder.command} is changing the cluster already`, {
    hint: 'Wait for it, or run with --wait.',
    details: {
      holder,
      facts: {
        'held by': `pid ${holder.pid}, user ${holder.user}, for ${ageSec} s (since ${since.toISOString()})`,
      },
    },
  });
}
