import { readFile, rename, writeFile } from 'node:fs/promises';

/** What a session must keep over a restart of the daemon. Holds no key. */
export interface SavedSession {
  readonly stream: string;
  /** Unix milliseconds when opened. */
  readonly sessionId: number;
  /** The publisher's connection, as the agent tells connections apart. */
  readonly client: string;
  readonly clientAddress: string;
  /** Id of the stream key in use; the key itself never comes here. */
  readonly keyId: string;
  /** False when it was let in while nobody could place the stream; absent in files of older versions. */
  readonly placed?: boolean;
  /** Unix milliseconds of RTMP timestamp 0; null until it is settled. */
  readonly epochMs: number | null;
  /** How much later the media comes than that epoch says, milliseconds; absent: 0. */
  readonly skewMs?: number;
  /** What the publisher said that its epoch is. */
  readonly saidEpochMs?: number | null;
}

/** Loads the sessions; none when there is no file or it is damaged, since publishers come back by themselves. */
export async function loadSessionFile(file: string): Promise<readonly SavedSession[]> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(value) ? (value as SavedSession[]) : [];
  } catch {
    return [];
  }
}

/** Replaces the file as a whole: a reader sees the old sessions or the new ones. */
export async function saveSessionFile(file: string, sessions: readonly SavedSession[]): Promise<void> {
  const next = `${file}.next`;
  await writeFile(next, JSON.stringify(sessions), { mode: 0o600 });
  await rename(next, file);
}
