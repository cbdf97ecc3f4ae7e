/** Where the feed of an earlier run of this pipeline stopped, as the own origin has it: a new run goes on from there. */
import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { FrameDecoder } from '../feed/codec.ts';
import type { FeedFrame } from '../feed/message.ts';
import { FragmentSplitter } from '../media/fragment-splitter.ts';
import { FUTURE_MS } from '../media/future.ts';
import { AUDIO_TIMESCALE, unixMsOfTicks, VIDEO_TIMESCALE } from '../media/grid.ts';

/** The last part of one track. */
export interface ResumePoint {
  readonly msn: number;
  readonly part: number;
  /** The part was its segment's last. */
  readonly last: boolean;
  readonly initId: string;
  /** Media time at which its segment began, ticks; absent when that is not known. */
  readonly startTicks?: number | undefined;
  /** Media time of its end, ticks. */
  readonly endTicks: number;
  /** Its last coded frame; null when some of it was made up, or none of it can be read. */
  readonly lastSample?: Uint8Array | null;
}

export interface ResumeOptions {
  readonly host: string;
  readonly port: number;
  readonly stream: string;
  /** Older segments are of no interest. */
  readonly fromMsn: number;
}

/** The origin knows that we are here only after it has read our hello. */
const ATTEMPTS = 4;
const BETWEEN_MS = 40;
const LIMIT_MS = 500;
/** Older points are of no use: nobody waits for what follows them. */
const MAX_AGE_MS = 8000;

/** Asks the own origin; by track. Empty when it knows nothing, or does not answer in time. */
export async function loadResumePoints(options: ResumeOptions): Promise<ReadonlyMap<string, ResumePoint>> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const points = await askOnce(options);
    if (points !== null) return points;
    await wait(BETWEEN_MS);
  }
  return new Map();
}

/** Leaves out what is long past, and what is of the future: nothing could be written behind it until that time has come. */
export function freshResumePoints(
  points: ReadonlyMap<string, ResumePoint>,
  nowMs: number,
): Map<string, ResumePoint> {
  return new Map(
    [...points].filter(([track, { endTicks }]) => {
      const timescale = track === 'audio' ? AUDIO_TIMESCALE : VIDEO_TIMESCALE;
      const ageMs = nowMs - unixMsOfTicks(endTicks, timescale);
      return ageMs < MAX_AGE_MS && ageMs >= -FUTURE_MS;
    }),
  );
}

/** Null when the origin has no feed of the stream, or can't be reached. */
function askOnce(options: ResumeOptions): Promise<Map<string, ResumePoint> | null> {
  const { host, port, stream, fromMsn } = options;
  const path = `/feed/${encodeURIComponent(stream)}?from=${fromMsn}`;
  return new Promise((resolve) => {
    const points = new Map<string, ResumePoint>();
    let found = false;
    const request = get({ host, port, path, agent: false }, (response) => {
      found = response.statusCode === 200;
      const decoder = new FrameDecoder();
      response.on('error', () => {});
      response.on('data', (chunk: Buffer) => {
        try {
          for (const frame of found ? decoder.push(chunk) : []) {
            // The status closes the replay.
            if (frame.message.type === 'status') request.destroy();
            else note(points, frame);
          }
        } catch {
          request.destroy();
        }
      });
    });
    const timer = setTimeout(() => request.destroy(), LIMIT_MS);
    request.on('error', () => {});
    request.on('close', () => {
      clearTimeout(timer);
      resolve(found ? points : null);
    });
  });
}

function note(points: Map<string, ResumePoint>, { message, body }: FeedFrame): void {
  if (message.type !== 'part') return;
  const { track, msn, part, last, initId } = message;
  const endTicks = message.decodeTime + message.durationTicks;
  const lastSample = message.slate ? null : lastSampleOf(body);
  const before = points.get(track);
  const startTicks = part === 0 ? message.decodeTime : before?.msn === msn ? before.startTicks : undefined;
  points.set(track, { msn, part, last, initId, startTicks, endTicks, lastSample });
}

function lastSampleOf(part: Uint8Array): Uint8Array | null {
  try {
    const last = new FragmentSplitter().push(part).at(-1);
    return last?.type === 'sample' ? last.sample.data : null;
  } catch {
    return null;
  }
}
