/** The runsvdir of a node: started once, found again by its pid file and its command line. */
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { control, isSupervised, spawnDetached, waitUntil } from './runsv.ts';

const PAST_MS = 60_000;

function pidFile(serviceDir: string): string {
  return `${serviceDir}.pid`;
}

/** Returns the pid of the runsvdir that watches the folder; null when none does. */
export async function findRunsvdir(serviceDir: string): Promise<number | null> {
  const pid = Number(await readFile(pidFile(serviceDir), 'utf8').catch(() => ''));
  if (!(pid > 1)) return null;
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  return words[0]?.endsWith('runsvdir') && words.includes(serviceDir) ? pid : null;
}

/** Starts runsvdir for the folder unless one watches it. */
export async function ensureRunsvdir(serviceDir: string, env: Record<string, string>): Promise<void> {
  if ((await findRunsvdir(serviceDir)) !== null) return;
  // It waits a second when the folder was changed in the running second.
  const past = new Date(Date.now() - PAST_MS);
  await utimes(serviceDir, past, past);
  const pid = spawnDetached(['runsvdir', serviceDir], env);
  if (pid !== undefined) await writeFile(pidFile(serviceDir), `${pid}\n`);
}

/** Ends the runsvdir of the folder, and every runsv under it, also those that an earlier runsvdir left. */
export async function stopRunsvdir(serviceDir: string, unitDirs: readonly string[]): Promise<void> {
  const pid = await findRunsvdir(serviceDir);
  if (pid !== null) {
    process.kill(pid, 'SIGHUP');
    await waitUntil(async () => (await findRunsvdir(serviceDir)) === null, 3_000);
  }
  await Promise.all(
    unitDirs.map(async (dir) => {
      await control(dir, 'dx');
      await waitUntil(async () => !(await isSupervised(dir)), 3_000);
    }),
  );
}
