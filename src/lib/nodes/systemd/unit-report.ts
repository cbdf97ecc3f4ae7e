/** How a unit is: from its notes when it runs, from systemd when it does not. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnitReport } from '../../health/report.ts';
import { isLooping, type LastExit, readLastExit, readStarted, wordComing } from '../unit-notes.ts';
import { type SystemdState, showUnit } from './systemctl.ts';

export interface ReportedUnit {
  readonly name: string;
  /** As systemd calls it. */
  readonly id: string;
  readonly dir: string;
}

/** Reports a unit. */
export async function reportUnit({ name, id, dir }: ReportedUnit): Promise<UnitReport> {
  const pid = await findMainProcess(id, dir);
  const lastExit = await readLastExit(dir);
  if (pid === null) {
    const asked = await showUnit(id);
    return { name, state: wordState(asked, lastExit), pid: asked.pid, sinceMs: lastExit?.atMs ?? null };
  }
  const sinceMs = await changedMs(join(dir, 'unit.pid'));
  const looping = sinceMs !== null && isLooping(lastExit, sinceMs, Date.now());
  return { name, state: looping ? 'restarting' : 'running', pid, sinceMs };
}

/** The noted process if systemd holds it to be of this unit: a note from before a power cut names just any process. */
export async function findMainProcess(id: string, dir: string): Promise<number | null> {
  const pid = (await readStarted(dir))?.pid ?? null;
  if (pid === null) return null;
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return groups.split('\n').some((line) => line.endsWith(`/${id}`)) ? pid : null;
}

function wordState({ active, pid }: SystemdState, lastExit: LastExit | null): UnitReport['state'] {
  if (active === 'failed') return 'failed';
  if (active === 'active' && pid !== null) return 'running';
  return ['activating', 'active', 'reloading'].includes(active)
    ? wordComing(lastExit, Date.now())
    : 'stopped';
}

async function changedMs(path: string): Promise<number | null> {
  return await stat(path).then(
    ({ mtimeMs }) => Math.round(mtimeMs),
    () => null,
  );
}
