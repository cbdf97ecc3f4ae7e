/**
 * What an upgrade has done, on disk before it does it: so the next run knows what each node ran before, whether it
 * goes on or goes back. The nodes' own files say what they run now.
 */
import { StreamctlError } from '../base/errors.ts';
import type { UpgradeMark } from '../health/report.ts';
import { clusterLayout } from '../nodes/layout.ts';
import { readFileOrNull, writeWholeFile } from '../provision/write-file.ts';

export interface UpgradeJournal extends UpgradeMark {
  readonly version: 1;
  /** Digest of the program that each node ran before it was first touched. */
  readonly before: Readonly<Record<string, string>>;
}

/** Loads this machine's record of the last upgrade; null when there never was one. Throws ENVIRONMENT when it is damaged. */
export async function loadJournal(clusterDir: string): Promise<UpgradeJournal | null> {
  const file = clusterLayout(clusterDir).upgrade;
  const text = await readFileOrNull(file);
  if (text === null) return null;
  const journal = parseJournal(text);
  if (journal !== null) return journal;
  throw new StreamctlError('ENVIRONMENT', `${file} is damaged: not JSON`, {
    hint: 'Delete it; streamctl upgrade then begins anew.',
  });
}

/** Parses a record; null when it is none. Records of older versions count as the first. */
export function parseJournal(text: string): UpgradeJournal | null {
  try {
    const journal = JSON.parse(text) as UpgradeJournal | null;
    return journal === null ? null : { ...FORMERLY_ABSENT, ...journal };
  } catch {
    return null;
  }
}

const FORMERLY_ABSENT = { revision: 0, who: '', host: '' };

/** Formats a record as the file has it. */
export function formatJournal(journal: UpgradeJournal): string {
  return `${JSON.stringify(journal, null, 2)}\n`;
}

/** Writes this machine's record. */
export async function saveJournal(clusterDir: string, text: string): Promise<void> {
  await writeWholeFile(clusterLayout(clusterDir).upgrade, text);
}

/** Begins a journal, or goes on with one: what a node ran before is noted once, however often it is tried. */
export function continueJournal(known: UpgradeJournal | null, to: string, nowMs: number): UpgradeJournal {
  const goesOn = known?.state === 'running';
  return {
    version: 1,
    state: 'running',
    to,
    startedMs: goesOn ? known.startedMs : nowMs,
    before: goesOn ? known.before : {},
    revision: known?.revision ?? 0,
    who: '',
    host: '',
  };
}
