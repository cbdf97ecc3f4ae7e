/**
 * DVR segments on disk: `DIR/TRACK/MSN.m4s`, `DIR/TRACK/init-ID.mp4`, an index `DIR/TRACK/index.jsonl` with one
 * line a segment (also for those of which other origins have the bytes), and `DIR/stream.json` with what the feed said of the stream.
 *
 * Invariants: a file has its final name only when it is whole (written beside, then renamed), and its index line
 * is written after it; so a kill at any point leaves whole segments or none. Nothing is synced: a power cut may
 * cost the window, never a wrong segment, as its size is checked when it is served.
 */
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HelloMessage, SegmentMessage, TrackInfo } from '../../feed/message.ts';

/** What `stream.json` holds. */
export interface StreamRecord {
  readonly hello: HelloMessage;
  readonly tracks: readonly TrackInfo[];
}

/** A line of the index. `elsewhere`: this origin knows the segment by its description; its bytes are fetched when asked for. */
export type IndexLine = SegmentMessage & { readonly elsewhere?: true };

/** The writes that a full or a sick disk refuses; a test passes others. */
export interface DvrWrites {
  writeFile(path: string, bytes: Uint8Array | string): Promise<void>;
  appendFile(path: string, text: string): Promise<void>;
  deleteFolder(path: string): Promise<void>;
}

export const diskWrites: DvrWrites = {
  writeFile: (path, bytes) => writeFile(path, bytes),
  appendFile: (path, text) => appendFile(path, text),
  deleteFolder: (path) => rm(path, { recursive: true, force: true }),
};

export const segmentPath = (dir: string, track: string, msn: number): string =>
  join(dir, track, `${msn}.m4s`);
export const initPath = (dir: string, track: string, initId: string): string =>
  join(dir, track, `init-${initId}.mp4`);
export const indexPath = (dir: string, track: string): string => join(dir, track, 'index.jsonl');
export const recordPath = (dir: string): string => join(dir, 'stream.json');

/** Writes a file so that it appears whole or not at all. */
export async function writeWhole(writes: DvrWrites, path: string, bytes: Uint8Array | string): Promise<void> {
  const beside = `${path}.tmp`;
  try {
    await writes.writeFile(beside, bytes);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Stores one segment and its index line. */
export async function writeSegment(
  writes: DvrWrites,
  dir: string,
  segment: { readonly message: SegmentMessage; readonly body: Uint8Array },
): Promise<void> {
  const { message, body } = segment;
  await mkdir(join(dir, message.track), { recursive: true });
  await writeWhole(writes, segmentPath(dir, message.track, message.msn), body);
  await writes.appendFile(indexPath(dir, message.track), `${JSON.stringify(message)}\n`);
}

/** Adds the line of a segment that has no file. */
export async function writeDescription(
  writes: DvrWrites,
  dir: string,
  message: SegmentMessage,
): Promise<IndexLine> {
  const line: IndexLine = { ...message, elsewhere: true };
  await mkdir(join(dir, message.track), { recursive: true });
  await writes.appendFile(indexPath(dir, message.track), `${JSON.stringify(line)}\n`);
  return line;
}

/** Replaces a track's index by these lines. */
export async function rewriteIndex(
  writes: DvrWrites,
  dir: string,
  index: { readonly track: string; readonly messages: readonly IndexLine[] },
): Promise<void> {
  const text = index.messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  await writeWhole(writes, indexPath(dir, index.track), text);
}
