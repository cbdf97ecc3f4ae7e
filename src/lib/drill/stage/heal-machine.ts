import { join } from 'node:path';
import { findArmed } from '../history.ts';
import type { Healing } from '../undo/undo-action.ts';
import { healRecord } from '../undo/undo-process.ts';

/** Undoes all that drills have armed in a cluster's folder on this machine. */
export async function healAllArmed(clusterDir: string, nowMs: () => number): Promise<Healing> {
  const healed: string[] = [];
  const failed: string[] = [];
  for (const folder of await findArmed(clusterDir)) {
    const done = await healRecord(join(folder.dir, 'undo.json'), nowMs);
    healed.push(...done.healed);
    failed.push(...done.failed);
  }
  return { healed, failed };
}
