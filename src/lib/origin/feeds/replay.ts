import type { FeedFrame, SegmentMessage } from '../../feed/message.ts';
import type { LiveStream } from '../window/live-stream.ts';
import type { WindowSegment } from '../window/track-window.ts';

/** Segments that a new subscriber gets part by part; what is older is described only. */
const REPLAY_SEGMENTS = 6;
const EMPTY = new Uint8Array(0);

/**
 * The frames that bring a new subscriber up to now: hello, tracks, init segments, older segments by description,
 * the newest six part by part, status. Segments before `fromMsn`, which the subscriber has, are described only.
 */
export function* replayFrames(stream: LiveStream, fromMsn = 0): Generator<FeedFrame> {
  if (stream.hello === null) return;
  yield { message: stream.hello, body: EMPTY };
  yield { message: { type: 'tracks', tracks: stream.tracks }, body: EMPTY };
  for (const { id } of stream.tracks) {
    for (const initId of stream.initIds(id)) {
      yield { message: { type: 'init', track: id, initId }, body: stream.init(id, initId)! };
    }
    const segments = stream.windows.get(id)?.segments ?? [];
    const partsFrom = Math.max(fromMsn, (segments.at(-1)?.msn ?? 0) + 1 - REPLAY_SEGMENTS);
    for (const segment of segments) {
      if (segment.gap) continue;
      if (segment.msn >= partsFrom && segment.parts.length > 0) yield* partFrames(id, segment);
      else yield { message: describeSegment(id, segment), body: EMPTY };
    }
  }
  if (stream.status !== null) yield { message: stream.status, body: EMPTY };
}

function* partFrames(track: string, segment: WindowSegment): Generator<FeedFrame> {
  for (const [index, part] of segment.parts.entries()) {
    yield {
      message: {
        type: 'part',
        track,
        msn: segment.msn,
        part: index,
        decodeTime: part.decodeTime,
        durationTicks: part.durationTicks,
        frames: part.frames,
        independent: part.independent,
        last: segment.complete && index === segment.parts.length - 1,
        initId: segment.initId,
        discontinuity: segment.discontinuity && index === 0,
        slate: segment.slate,
      },
      body: part.bytes,
    };
  }
}

/** A segment as the feed describes it. */
export function describeSegment(track: string, segment: WindowSegment): SegmentMessage {
  return {
    type: 'segment',
    track,
    msn: segment.msn,
    decodeTime: segment.decodeTime,
    durationTicks: segment.durationTicks,
    initId: segment.initId,
    discontinuity: segment.discontinuity,
    bytes: segment.size,
    slate: segment.slate,
  };
}
