/** A feed as a pipeline would send it, with bytes that say what they are instead of media. */
import { createHash } from 'node:crypto';
import type { FeedFrame, FeedMessage, StreamState, TrackInfo } from '../../src/lib/feed/message.ts';
import { MEDIA_EPOCH_SEC } from '../../src/lib/feed/message.ts';

export const SEGMENT_SEC = 2;
export const PART_SEC = 0.5;
export const PARTS = SEGMENT_SEC / PART_SEC;

export const VIDEO: TrackInfo = {
  id: '360p',
  kind: 'video',
  timescale: 90_000,
  codecs: 'avc1.42c01f',
  bandwidth: 800_000,
  width: 640,
  height: 360,
  frameRate: 30,
};
export const AUDIO: TrackInfo = {
  id: 'audio',
  kind: 'audio',
  timescale: 48_000,
  codecs: 'mp4a.40.2',
  bandwidth: 96_000,
};

const EMPTY = new Uint8Array(0);

export const frame = (message: FeedMessage, body: Uint8Array = EMPTY): FeedFrame => ({ message, body });

export function hello(stream = 'demo', dvrSec = 300): FeedFrame {
  return frame({
    type: 'hello',
    stream,
    replica: 'us-1',
    segmentSec: SEGMENT_SEC,
    partSec: PART_SEC,
    dvrSec,
  });
}

export function status(state: StreamState): FeedFrame {
  return frame({
    type: 'status',
    state,
    sinceMs: 0,
    reasons: [],
    shed: [],
    encoder: 'libx264',
    source: null,
    sessionId: null,
  });
}

export function init(track: TrackInfo, bytes = `init of ${track.id}`): FeedFrame & { initId: string } {
  const body = Buffer.from(bytes);
  const initId = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { message: { type: 'init', track: track.id, initId }, body, initId };
}

/** Everything before the first part. */
export function opening(tracks: readonly TrackInfo[] = [VIDEO, AUDIO], stream = 'demo'): FeedFrame[] {
  return [
    hello(stream),
    frame({ type: 'tracks', tracks }),
    ...tracks.map((track) => init(track)),
    status('live'),
  ];
}

/** The same frames as this replica would send them. */
export const byReplica = (replica: string, frames: readonly FeedFrame[]): FeedFrame[] =>
  frames.map(({ message, body }) =>
    frame(message.type === 'hello' ? { ...message, replica } : message, body),
  );

/** MSN of the segment that holds a Unix time. */
export const msnAt = (unixMs: number): number => Math.floor((unixMs / 1000 + 0.0005) / SEGMENT_SEC);

export interface PartOptions {
  readonly track?: TrackInfo;
  readonly msn: number;
  readonly part: number;
  readonly initId?: string;
  readonly discontinuity?: boolean;
  readonly bytes?: number;
  readonly frames?: number;
  readonly slate?: boolean;
  /** Seconds that its media starts late. */
  readonly shiftSec?: number;
}

/** One part on the epoch grid; its body starts with `TRACK MSN.PART`. */
export function part({ track = VIDEO, msn, part: index, bytes = 40, ...rest }: PartOptions): FeedFrame {
  const start = msn * SEGMENT_SEC - MEDIA_EPOCH_SEC + index * PART_SEC + (rest.shiftSec ?? 0);
  const body = Buffer.alloc(bytes, '.');
  body.write(`${track.id} ${msn}.${index}`);
  return frame(
    {
      type: 'part',
      track: track.id,
      msn,
      part: index,
      decodeTime: Math.round(start * track.timescale),
      durationTicks: PART_SEC * track.timescale,
      frames: rest.frames ?? (track.kind === 'video' ? 15 : 23),
      independent: index === 0 || track.kind === 'audio',
      last: index === PARTS - 1,
      initId: rest.initId ?? init(track).initId,
      discontinuity: rest.discontinuity ?? false,
      slate: rest.slate ?? false,
    },
    body,
  );
}

/** Whole segments of every track, part by part, tracks taking turns. */
export function segments(
  first: number,
  count: number,
  tracks: readonly TrackInfo[] = [VIDEO, AUDIO],
): FeedFrame[] {
  const frames: FeedFrame[] = [];
  for (let msn = first; msn < first + count; msn++) {
    for (let index = 0; index < PARTS; index++) {
      for (const track of tracks) frames.push(part({ track, msn, part: index }));
    }
  }
  return frames;
}

/** The description of a whole segment, as feeds tell of those whose bytes they do not send. */
export function description(track: TrackInfo, msn: number): FeedFrame {
  return frame({
    ...{ type: 'segment', track: track.id, msn, bytes: 160, slate: false, discontinuity: false },
    decodeTime: (msn * SEGMENT_SEC - MEDIA_EPOCH_SEC) * track.timescale,
    durationTicks: SEGMENT_SEC * track.timescale,
    initId: init(track).initId,
  });
}
