/** The journal of a cluster on this machine: which commands changed it, and how each ended. A line is JSON. */
import { access, appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterLayout } from '../../nodes/layout.ts';
import type { OperationNote } from '../../store/operations.ts';

/** Adds a line; does nothing when the cluster's folder is gone. */
export async function writeNote(clusterDir: string, note: OperationNote): Promise<void> {
  await appendFile(journalFile(clusterDir), `${JSON.stringify(note)}\n`, { mode: 0o644 }).catch(
    () => undefined,
  );
}

/** Every line, oldest first; a line that was cut off by a crash is left out. */
export async function loadNotes(clusterDir: string): Promise<readonly OperationNote[]> {
  const text = await readFile(journalFile(clusterDir), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => parseNote(line));
}

/** Removes the journal of a cluster of which nothing was made. */
export async function forgetUnmade(clusterDir: string): Promise<void> {
  const made = await access(clusterLayout(clusterDir).record).then(
    () => true,
    () => false,
  );
  if (!made) await rm(journalFile(clusterDir), { force: true });
}

function journalFile(clusterDir: string): string {
  return join(clusterDir, 'history.jsonl');
}

function parseNote(line: string): OperationNote[] {
  try {
    const note = JSON.parse(line) as OperationNote;
    return typeof note === 'object' && note !== null && typeof note.id === 'string' ? [note] : [];
  } catch {
    return [];
  }
}
