import type { FeedFrame, SegmentMessage } from '../../feed/message.ts';
import type { LiveStream } from '../window/live-stream.ts';
import type { WindowSegment } from '../window/track-window.ts';
import type { Feed } from './feed.ts';

/** Segments that a new subscriber gets part by part; what is older is described only. */
const REPLAY_SEGMENTS = 6;
const EMPTY = new Uint8Array(0);

/**
 * The frames that bring a new subscriber to a feed up to now: what the feed said of itself, its init segments, and of
 * what the window holds older segments by description, the newest six part by part, last the feed's status. Segments
 * before `fromMsn`, which the subscriber has, are described only. Nothing for a feed that has not said hello; for one that
 * has said no more, tracks and status of the stream: a pipeline that starts asks where it should go on. What ended then starts
 * again, or whoever reads the feed would hear the end of an earlier show from it.
 */
export function* replayFrames(stream: LiveStream, feed: Feed, fromMsn = 0): Generator<FeedFrame> {
  if (feed.hello === null) return;
  yield { message: feed.hello, body: EMPTY };
  const tracks = feed.tracks.length > 0 ? feed.tracks : stream.tracks;
  yield { message: { type: 'tracks', tracks }, body: EMPTY };
  yield* feed.inits.values();
  for (const { id } of tracks) {
    for (const initId of stream.initIds(id)) {
      if (feed.inits.has(`${id}/${initId}`)) continue;
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
  const status = feed.status ?? (stream.ended ? { ...stream.status!, state: 'starting' } : stream.status);
  if (status !== null) yield { message: status, body: EMPTY };
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
