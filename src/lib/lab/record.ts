/** `lab.json`: what a lab is, and what was done to it that `down` or `heal` takes back. */
import { readdir, readFile } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import { writeWholeFile } from '../provision/write-file.ts';
import type { LabShape } from './lab-plan.ts';
import { type LabLayout, labLayout, labsFolder } from './layout.ts';

export interface LabRecord extends LabShape {
  readonly version: 1;
  readonly name: string;
  /** Folder of the root file system, once there is one. */
  readonly root: string | null;
  /** Regions and machines that are cut off. */
  readonly cut: readonly string[];
}

/** Loads the record of a lab; null when there is no such lab. Throws ENVIRONMENT when it is damaged. */
export async function loadRecord(layout: LabLayout): Promise<LabRecord | null> {
  const text = await readFile(layout.record, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return JSON.parse(text) as LabRecord;
  } catch (cause) {
    throw new StreamctlError('ENVIRONMENT', `read the lab's record ${layout.record}: it is no JSON`, {
      hint: 'Run streamctl lab down, which needs no record, then make the lab anew.',
      cause,
    });
  }
}

/** Loads the record of a lab that must be there. Throws NOT_FOUND with the labs that are. */
export async function requireRecord(home: string, name: string): Promise<LabRecord> {
  const record = await loadRecord(labLayout(home, name));
  if (record !== null) return record;
  const others = await readdir(labsFolder(home)).catch(() => []);
  throw new StreamctlError('NOT_FOUND', `there is no lab "${name}" on this machine`, {
    hint: others.length > 0 ? `There is: ${others.join(', ')}.` : 'Run streamctl lab up to make one.',
  });
}

/** Loads the records of all labs. Throws ENVIRONMENT when one is damaged. */
export async function loadRecords(home: string): Promise<LabRecord[]> {
  const names = await readdir(labsFolder(home)).catch(() => []);
  const records = await Promise.all(names.map((name) => loadRecord(labLayout(home, name))));
  return records.filter((record) => record !== null);
}

/** Saves the record, whole. */
export async function saveRecord(layout: LabLayout, record: LabRecord): Promise<void> {
  await writeWholeFile(layout.record, `${JSON.stringify(record, null, 2)}\n`);
}
