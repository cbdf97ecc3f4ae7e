import {
  type FeedFrame,
  type HelloMessage,
  MEDIA_EPOCH_SEC,
  type PartMessage,
  type SegmentMessage,
  type StatusMessage,
  type TrackInfo,
} from '../../feed/message.ts';
import type { FeedDrift } from '../../health/report.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { PipelineLog } from './pipeline-log.ts';
import { SegmentLedger } from './segment-ledger.ts';
import { Subscribers } from './subscribers.ts';

/** A feed without a part for this many part targets is late: nobody waits for it any more. */
const LATE_PARTS = 1.5;
/**
 * A feed without a part for this many part targets, while others have some, is given up and not handed out. Nobody waits
 * for it by then, so it is long enough to outlast a hiccup of a busy machine; until it is given up no other is looked for.
 */
const STALLED_PARTS = 2.5;

export interface FeedOptions {
  /** The origin that it is read from; null for the pipeline of this node. */
  readonly from: Peer | null;
  readonly sinceMs: number;
  /** Ends the connection. */
  drop(): void;
}

/** One source of a stream's media and the last it said: the pipeline of this node, or the feed of another origin. */
export class Feed {
  readonly from: Peer | null;
  readonly sinceMs: number;
  readonly drop: () => void;
  hello: HelloMessage | null = null;
  tracks: readonly TrackInfo[] = [];
  status: StatusMessage | null = null;
  /** Its init segments by `TRACK/INITID`. */
  readonly inits = new Map<string, FeedFrame>();
  /** All that it sent, also what another feed had brought before. */
  readonly log = new PipelineLog();
  /** Its own whole segments, to be compared with those of other feeds. */
  readonly ledger = new SegmentLedger();
  /** The relays that read it through this origin. */
  readonly subscribers = new Subscribers();
  /** How it is not the same as the others; null while it is. */
  drift: FeedDrift | null = null;
  lastPartMs: number | null = null;
  /** Unix seconds at which its newest part ends. */
  endSec: number | null = null;
  /** When the last message of any kind came: pipelines say their status twice a second. */
  lastWordMs: number;
  /** Whether what comes is its pipeline's alone: what is replayed to a new reader, up to a status, is not. */
  #isLive: boolean;

  constructor(options: FeedOptions) {
    this.from = options.from;
    this.sinceMs = options.sinceMs;
    this.lastWordMs = options.sinceMs;
    this.drop = options.drop;
    this.#isLive = options.from === null;
  }

  /** Node whose pipeline makes it; null until it has said so. */
  get replica(): string | null {
    return this.hello?.replica ?? null;
  }

  /** What comes was made before this connection began: a status closes what is replayed to a new reader. */
  get isReplaying(): boolean {
    return this.status === null;
  }

  /** Takes note of a frame that came now. */
  note(frame: FeedFrame, nowMs: number): void {
    const { message } = frame;
    this.lastWordMs = nowMs;
    this.log.note(message, nowMs);
    if (message.type === 'hello') this.hello = message;
    else if (message.type === 'tracks') this.tracks = message.tracks;
    else if (message.type === 'status') {
      this.status = message;
      this.#isLive = true;
    } else if (message.type === 'init') this.inits.set(`${message.track}/${message.initId}`, frame);
    else if (message.type === 'part') this.#notePart(message, nowMs);
  }

  /** Unix seconds at which a piece of its media ends; null while it has not named the track. */
  endOf({ track, decodeTime, durationTicks }: PartMessage | SegmentMessage): number | null {
    const timescale = this.tracks.find(({ id }) => id === track)?.timescale;
    return timescale === undefined ? null : MEDIA_EPOCH_SEC + (decodeTime + durationTicks) / timescale;
  }

  #notePart(part: PartMessage, nowMs: number): void {
    this.lastPartMs = nowMs;
    const endSec = this.endOf(part);
    if (endSec === null) return;
    this.endSec = endSec;
    if (this.#isLive) this.ledger.note(part, nowMs);
  }

  /** Whether parts come in time; one that has just connected gets that long for its first. */
  delivers(nowMs: number): boolean {
    return nowMs <= this.#partMs(LATE_PARTS);
  }

  /** Unix milliseconds at which it has stalled, unless a part comes before. */
  get stallsMs(): number {
    return this.#partMs(STALLED_PARTS);
  }

  #partMs(parts: number): number {
    return (this.lastPartMs ?? this.sinceMs) + 1000 * parts * (this.hello?.partSec ?? 1);
  }
}
