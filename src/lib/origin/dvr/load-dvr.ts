import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FeedFrame, MEDIA_EPOCH_SEC, type SegmentMessage, type TrackInfo } from '../../feed/message.ts';
import { isFuture } from '../../media/future.ts';
import { checkMessage, SAFE_NAME } from '../feeds/check-message.ts';
import {
  type IndexLine,
  indexPath,
  initPath,
  recordPath,
  type StreamRecord,
  segmentPath,
} from './dvr-files.ts';

/** What an earlier run of the origin left of a stream. */
export interface LoadedDvr {
  readonly record: StreamRecord;
  /** Init segments, as the feed brought them. */
  readonly inits: readonly FeedFrame[];
  /** By track: the newest run of consecutive whole segments, oldest first. */
  readonly segments: ReadonlyMap<string, readonly IndexLine[]>;
  /** Segments of the future lie there, too, and were left alone: it may be the clock that is wrong. */
  readonly hasFuture: boolean;
}

/** Names of the streams that have a folder in `root`. */
export async function listDvr(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => [] as string[]);
  return names.filter((name) => SAFE_NAME.test(name));
}

/**
 * Loads a stream's DVR folder and deletes the files in it that no index line speaks of; `nowMs` tells what is of the future.
 * Returns null when the folder can't be used: the caller deletes it.
 */
export async function loadDvr(dir: string, nowMs: number): Promise<LoadedDvr | null> {
  try {
    const record = JSON.parse(await readFile(recordPath(dir), 'utf8')) as StreamRecord;
    checkMessage(record.hello);
    checkMessage({ type: 'tracks', tracks: record.tracks });
    const segments = new Map<string, readonly IndexLine[]>();
    const inits: FeedFrame[] = [];
    let hasFuture = false;
    for (const track of record.tracks) {
      const { run, future } = await loadTrack(dir, track, nowMs);
      hasFuture ||= future.length > 0;
      segments.set(track.id, run);
      inits.push(...(await loadInits(dir, track.id, run)));
      await sweep(dir, track.id, [...run, ...future]);
    }
    return { record, inits, segments, hasFuture };
  } catch {
    return null;
  }
}

interface LoadedTrack {
  readonly run: readonly IndexLine[];
  readonly future: readonly IndexLine[];
}

async function loadTrack(dir: string, { id, timescale }: TrackInfo, nowMs: number): Promise<LoadedTrack> {
  const text = await readFile(indexPath(dir, id), 'utf8').catch(() => '');
  const known = new Map<number, IndexLine>();
  const future: IndexLine[] = [];
  for (const line of text.split('\n')) {
    const message = parseLine(line, id);
    if (message === null) continue;
    const endSec = MEDIA_EPOCH_SEC + (message.decodeTime + message.durationTicks) / timescale;
    if (isFuture(endSec, nowMs)) future.push(message);
    else known.set(message.msn, message);
  }
  const run: IndexLine[] = [];
  for (const msn of [...known.keys()].sort((a, b) => b - a)) {
    const newest = run.at(-1);
    if (newest !== undefined && msn !== newest.msn - 1) break;
    const message = known.get(msn)!;
    if (!message.elsewhere && !(await isWhole(segmentPath(dir, id, msn), message.bytes))) {
      if (run.length > 0) break;
      continue;
    }
    run.push(message);
  }
  return { run: run.reverse(), future };
}

async function isWhole(path: string, bytes: number): Promise<boolean> {
  const facts = await stat(path).catch(() => null);
  return facts?.size === bytes;
}

/** Null for a line that a kill has cut, or that is not of this track. */
function parseLine(line: string, track: string): IndexLine | null {
  try {
    const message = JSON.parse(line) as IndexLine;
    checkMessage(message);
    return message.type === 'segment' && message.track === track ? message : null;
  } catch {
    return null;
  }
}

async function sweep(dir: string, track: string, kept: readonly SegmentMessage[]): Promise<void> {
  const names = new Set(kept.flatMap(({ msn, initId }) => [`${msn}.m4s`, `init-${initId}.mp4`]));
  names.add('index.jsonl');
  for (const name of await readdir(join(dir, track)).catch(() => [] as string[])) {
    if (!names.has(name)) await rm(join(dir, track, name), { force: true });
  }
}

async function loadInits(
  dir: string,
  track: string,
  messages: readonly SegmentMessage[],
): Promise<FeedFrame[]> {
  const frames: FeedFrame[] = [];
  for (const initId of new Set(messages.map((message) => message.initId))) {
    const body = await readFile(initPath(dir, track, initId));
    frames.push({ message: { type: 'init', track, initId }, body });
  }
  return frames;
}
