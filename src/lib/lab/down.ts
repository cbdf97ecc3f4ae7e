import { rm } from 'node:fs/promises';
import { controlGroupOf, removeControlGroups } from './control-groups.ts';
import { endParts } from './lab-processes.ts';
import type { LabLayout } from './layout.ts';

/**
 * Ends every process of a lab and deletes its files; its networks and mounts go with its processes. Needs no record, so
 * that it takes away what a crash left. Returns how many processes it ended.
 */
export async function takeLabDown(layout: LabLayout): Promise<number> {
  const ended = await endParts(layout.dir, () => true);
  await removeControlGroups(controlGroupOf(layout.dir));
  await rm(layout.dir, { recursive: true, force: true });
  return ended;
}
