/** The journal of undos of one drill on disk, `undo.json`: what is armed and not yet undone. */
import { open, readFile, rename } from 'node:fs/promises';
import type { UndoEntry } from './undo-action.ts';

export interface RecordedUndo extends UndoEntry {
  /** Unix milliseconds; null while it is armed. */
  readonly healedMs: number | null;
}

export interface UndoRecord {
  readonly version: 1;
  /** State folder of the cluster. */
  readonly clusterDir: string;
  /** Process that keeps it. */
  readonly pid: number;
  readonly entries: readonly RecordedUndo[];
}

/** Reads the record; null when there is none that can be used. */
export async function loadUndoRecord(file: string): Promise<UndoRecord | null> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as UndoRecord;
    return record.version === 1 && Array.isArray(record.entries) ? record : null;
  } catch {
    return null;
  }
}

/** Replaces the record; resolves when it is on the disk. */
export async function saveUndoRecord(file: string, record: UndoRecord): Promise<void> {
  // By process: `drill heal` may come while the undo process is at it.
  const draft = `${file}.${process.pid}.new`;
  {
    await using handle = await open(draft, 'w');
    await handle.writeFile(`${JSON.stringify(record, null, 2)}\n`);
    await handle.sync();
  }
  await rename(draft, file);
}

/** Entries that nobody has undone yet. */
export function armedOf(record: UndoRecord | null): readonly RecordedUndo[] {
  return record?.entries.filter(({ healedMs }) => healedMs === null) ?? [];
}
