/** Where the feed of an earlier run of this pipeline stopped, as the own origin has it: a new run goes on from there. */
import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { FrameDecoder } from '../feed/codec.ts';
import type { FeedMessage } from '../feed/message.ts';

/** The last part of one track. */
export interface ResumePoint {
  readonly msn: number;
  readonly part: number;
  /** The part was its segment's last. */
  readonly last: boolean;
  readonly initId: string;
  /** Media time of its end, ticks. */
  readonly endTicks: number;
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

/** Asks the own origin; by track. Empty when it knows nothing, or does not answer in time. */
export async function loadResumePoints(options: ResumeOptions): Promise<ReadonlyMap<string, ResumePoint>> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const points = await askOnce(options);
    if (points !== null) return points;
    await wait(BETWEEN_MS);
  }
  return new Map();
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
          for (const { message } of found ? decoder.push(chunk) : []) {
            // The status closes the replay.
            if (message.type === 'status') request.destroy();
            else note(points, message);
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

function note(points: Map<string, ResumePoint>, message: FeedMessage): void {
  if (message.type !== 'part') return;
  const { track, msn, part, last, initId } = message;
  points.set(track, { msn, part, last, initId, endTicks: message.decodeTime + message.durationTicks });
}
