/** A pipeline that keeps to the clock: each part is sent when its media is over, a little late. */
import type { TestContext } from 'node:test';
import type { FeedFrame, TrackInfo } from '../../src/lib/feed/message.ts';
import { cleanUp, type Sender } from './origin-node.ts';
import {
  AUDIO,
  byReplica,
  msnAt,
  opening,
  PART_SEC,
  PARTS,
  type PartOptions,
  part,
  SEGMENT_SEC,
  segments,
  status,
  VIDEO,
} from './synthetic-feed.ts';

export interface LiveFeed {
  /** Stops sending, and goes on as it would after a thaw: with all that was missed, at once. */
  freeze(): void;
  thaw(): void;
  /** Stops for good; the connection stays open. */
  stop(): void;
}

export interface LiveFeedOptions {
  readonly replica: string;
  readonly stream?: string;
  /** Milliseconds from a part's end to its sending. */
  readonly lagMs?: number;
  /** Segments before now to begin with. */
  readonly history?: number;
  readonly tracks?: readonly TrackInfo[];
  /** It starts in the middle of a segment: how the parts of that one are not as other replicas'. */
  readonly startsWith?: Partial<PartOptions>;
  /** Makes one part of a track; by default as every replica does. */
  readonly make?: (options: PartOptions) => readonly FeedFrame[];
}

export const bothTracks = (options: PartOptions): FeedFrame[] =>
  [VIDEO, AUDIO].map((track) => part({ ...options, track }));

/** Opens with history and plays on until the test ends. */
export function playLive(t: TestContext, sender: Sender, options: LiveFeedOptions): LiveFeed {
  const {
    replica,
    stream = 'demo',
    lagMs = 60,
    history = 4,
    tracks = [VIDEO, AUDIO],
    make = bothTracks,
  } = options;
  const first = msnAt(Date.now());
  const begun = Math.floor(((Date.now() / 1000) % SEGMENT_SEC) / PART_SEC);
  let next = options.startsWith === undefined ? 0 : begun;
  let going = true;
  sender.send([
    ...byReplica(replica, opening(tracks, stream)),
    ...segments(first - history, history, tracks),
    status('live'),
  ]);
  const dueMs = (n: number): number => first * SEGMENT_SEC * 1000 + (n + 1) * PART_SEC * 1000 + lagMs;
  const sendDue = (): void => {
    for (; going && Date.now() >= dueMs(next); next++) {
      const odd = next < PARTS ? options.startsWith : undefined;
      const index = odd === undefined ? next % PARTS : next - begun;
      sender.send(make({ msn: first + Math.floor(next / PARTS), part: index, ...odd }));
    }
  };
  sendDue();
  const parts = setInterval(sendDue, 5);
  const words = setInterval(() => going && sender.send([status('live')]), 500);
  const stop = (): void => {
    going = false;
    clearInterval(parts);
    clearInterval(words);
  };
  cleanUp(t, stop);
  return {
    freeze: () => {
      going = false;
    },
    thaw: () => {
      going = true;
    },
    stop,
  };
}
