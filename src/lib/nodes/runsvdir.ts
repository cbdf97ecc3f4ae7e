/**
 * The runsvdir of a node, found by its command line: nothing on disk can be wrong about it after a crash.
 *
 * Invariant: one runsvdir a folder. Looking and starting happen in one go, without a turn of the event loop between, so
 * units that are started side by side share one; the lock of `up` keeps other processes away.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { control, isSupervised, spawnDetached, waitUntil } from './runsv.ts';

const PAST_MS = 60_000;

/** Returns the pids of the runsvdirs that watch the folder. */
export function findRunsvdirs(serviceDir: string): number[] {
  const wanted = `runsvdir\0${serviceDir}\0`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && readCommandLine(entry).endsWith(wanted))
    .map(Number);
}

/** Starts runsvdir for the folder unless one watches it. */
export async function ensureRunsvdir(serviceDir: string, env: Record<string, string>): Promise<void> {
  // It waits a second when the folder was changed in the running second.
  const past = new Date(Date.now() - PAST_MS);
  await utimes(serviceDir, past, past);
  if (findRunsvdirs(serviceDir).length === 0) spawnDetached(['runsvdir', serviceDir], env);
}

/** Ends the runsvdir of the folder, and every runsv under it, also those that an earlier runsvdir left. */
export async function stopRunsvdir(serviceDir: string, unitDirs: readonly string[]): Promise<void> {
  for (const pid of findRunsvdirs(serviceDir)) process.kill(pid, 'SIGHUP');
  await waitUntil(() => Promise.resolve(findRunsvdirs(serviceDir).length === 0), 3_000);
  await Promise.all(
    unitDirs.map(async (dir) => {
      await control(dir, 'dx');
      await waitUntil(async () => !(await isSupervised(dir)), 3_000);
    }),
  );
}

/** The arguments of a process, each ended by a zero byte; empty for one that is gone. */
function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
