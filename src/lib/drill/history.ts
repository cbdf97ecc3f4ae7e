/** The drills of a cluster on disk: a folder each, named by its time (UTC) and what was done. */
import { appendFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import { drillsFolder } from '../nodes/layout.ts';
import type { DrillPictures, DrillRun } from './drill-result.ts';
import type { Journal } from './journal.ts';
import { armedOf, loadUndoRecord } from './undo/undo-record.ts';

/** Older ones are deleted when a new one begins. */
const KEPT = 100;

export interface DrillFolder {
  readonly id: string;
  readonly dir: string;
}

/** Makes the folder of a new drill. `what` are its words: `fail-region eu`. */
export async function makeDrillFolder(
  clusterDir: string,
  what: string,
  startedMs: number,
): Promise<DrillFolder> {
  const root = drillsFolder(clusterDir);
  await mkdir(root, { recursive: true });
  for (const old of (await listDrillIds(clusterDir)).slice(0, -KEPT)) {
    await rm(join(root, old), { recursive: true, force: true });
  }
  const time = new Date(startedMs).toISOString().slice(0, 19).replaceAll(':', '-');
  const name = `${time}-${what.replaceAll(/[^a-z0-9]+/g, '-')}`;
  for (let attempt = 1; ; attempt++) {
    const id = attempt === 1 ? name : `${name}-${attempt}`;
    const made = await mkdir(join(root, id)).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    if (made) return { id, dir: join(root, id) };
  }
}

/** Ids of all drills, oldest first. */
export async function listDrillIds(clusterDir: string): Promise<string[]> {
  const names = await readdir(drillsFolder(clusterDir)).catch((): string[] => []);
  return names.filter((name) => /^\d{4}-\d\d-\d\dT/.test(name)).sort();
}

/** A journal that is on disk with every event: one JSON object a line. */
export function createFileJournal(dir: string, tell: Journal): Journal {
  const file = join(dir, 'journal.jsonl');
  return {
    note: (event) => {
      appendFileSync(file, `${JSON.stringify(event)}\n`);
      tell.note(event);
    },
  };
}

/** Loads a drill; null when it did not come to a result. Throws NOT_FOUND when there is no such drill. */
export async function loadDrill(
  clusterDir: string,
  id: string,
): Promise<{ run: DrillRun; pictures: DrillPictures } | null> {
  const dir = join(drillsFolder(clusterDir), id);
  if (!(await listDrillIds(clusterDir)).includes(id)) {
    throw new StreamctlError('NOT_FOUND', `there is no drill "${id}"`, {
      hint: 'See streamctl drill history.',
    });
  }
  try {
    const [run, pictures] = await Promise.all(
      ['result.json', 'viewers.json'].map(async (name) =>
        JSON.parse(await readFile(join(dir, name), 'utf8')),
      ),
    );
    return { run: run as DrillRun, pictures: pictures as DrillPictures };
  } catch {
    return null;
  }
}

/** Folders of drills whose undo is still armed. */
export async function findArmed(clusterDir: string): Promise<DrillFolder[]> {
  const found: DrillFolder[] = [];
  for (const id of await listDrillIds(clusterDir)) {
    const dir = join(drillsFolder(clusterDir), id);
    if (armedOf(await loadUndoRecord(join(dir, 'undo.json'))).length > 0) found.push({ id, dir });
  }
  return found;
}
