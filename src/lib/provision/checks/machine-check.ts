import { readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Check, fine } from './check.ts';

const GIB = 1024 ** 3;
const LOW_DISK_GIB = 2;
/** An edge needs two descriptors a viewer. */
const LOW_FILES = 4096;

/** Disk, open files, and whether the clock is kept. */
export const machineCheck: Check = {
  name: 'machine',
  run: async ({ home }) => [await checkDisk(home), await checkFiles(), await checkClock()],
};

async function checkDisk(home: string) {
  const free = await freeBytes(home);
  const text = `${(free / GIB).toFixed(1)} GiB free for ${home}`;
  if (free > LOW_DISK_GIB * GIB) return fine(text);
  return {
    state: 'warning' as const,
    text,
    remedy:
      'Free some space, or shorten media.dvrSec: when the disk is full, recordings shrink and live goes on.',
    fix: null,
  };
}

/** The folder may not exist yet: its nearest ancestor counts. */
async function freeBytes(folder: string): Promise<number> {
  const found = await statfs(folder).catch(() => null);
  if (found !== null) return found.bavail * found.bsize;
  return folder === '/' ? 0 : await freeBytes(dirname(folder));
}

async function checkFiles() {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const hard = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  const text = `${hard} open files allowed for each process`;
  if (hard >= LOW_FILES) return fine(text);
  const remedy = 'Raise the hard limit of open files (ulimit -Hn, /etc/security/limits.conf).';
  return { state: 'warning' as const, text, remedy, fix: null };
}

/** Regions agree on the numbers of segments only as far as their clocks agree; one machine agrees with itself. */
async function checkClock() {
  const source = '/sys/devices/system/clocksource/clocksource0/current_clocksource';
  const name = (await readFile(source, 'utf8').catch(() => 'unknown')).trim();
  const year = new Date().getUTCFullYear();
  if (year >= 2025) return fine(`clock ${new Date().toISOString().slice(0, 19)}Z, source ${name}`);
  const remedy = 'Set the clock: media time counts from 2025.';
  return { state: 'fault' as const, text: `the clock says ${year}`, remedy, fix: null };
}
