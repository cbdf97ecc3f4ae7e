/**
 * What an upgrade has done, on disk before it does it: so the next run knows what each node ran before, whether it
 * goes on or goes back. The nodes' own files say what they run now.
 */
import { join } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import { readFileOrNull, writeWholeFile } from '../provision/write-file.ts';

export interface UpgradeJournal {
  readonly version: 1;
  /** `running` also after a crash, or after a gate that stopped it: it can go on or be rolled back. */
  readonly state: 'running' | 'done' | 'rolled-back';
  /** Digest of the program that it brings. */
  readonly to: string;
  readonly startedMs: number;
  /** Digest of the program that each node ran before it was first touched. */
  readonly before: Readonly<Record<string, string>>;
}

/** Loads the last upgrade's journal; null when there never was one. Throws ENVIRONMENT when it is damaged. */
export async function loadJournal(clusterDir: string): Promise<UpgradeJournal | null> {
  const text = await readFileOrNull(journalFile(clusterDir));
  if (text === null) return null;
  try {
    return JSON.parse(text) as UpgradeJournal;
  } catch (cause) {
    throw new StreamctlError('ENVIRONMENT', `${journalFile(clusterDir)} is damaged: not JSON`, {
      hint: 'Delete it; streamctl upgrade then begins anew.',
      cause,
    });
  }
}

export async function saveJournal(clusterDir: string, journal: UpgradeJournal): Promise<void> {
  await writeWholeFile(journalFile(clusterDir), `${JSON.stringify(journal, null, 2)}\n`);
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
  };
}

function journalFile(clusterDir: string): string {
  return join(clusterDir, 'upgrade.json');
}
