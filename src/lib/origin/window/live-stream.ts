import type {
  FeedFrame,
  HelloMessage,
  InitMessage,
  PartMessage,
  SegmentMessage,
  StatusMessage,
  TrackInfo,
} from '../../feed/message.ts';
import { isFuture } from '../../media/future.ts';
import { Signal } from './signal.ts';
import { TrackWindow, type WindowEvents, type WindowSegment } from './track-window.ts';

/** A track whose newest part is older than this many part targets is not served as live. */
const FRESH_PARTS = 1.5;
/** Without a word from any feed for this many milliseconds nothing is expected any more: they speak twice a second. */
const SILENT_MS = 750;
/** A track's media is thought old, whenever it arrived, when it ends this many seconds ago. */
const OLD_MEDIA_SEC = 10;

/** Tells the owner what happened to a track's segments. */
export interface LiveStreamEvents {
  completed(track: string, segment: WindowSegment): void;
  dropped(track: string, segment: WindowSegment): void;
}

/**
 * All that an origin knows of one stream: what its feeds said, one window a track, and who waits for more.
 * Pure but for the timers of waiters; the time of arrival comes in as an argument.
 */
export class LiveStream {
  readonly name: string;
  readonly signal = new Signal();
  readonly windows = new Map<string, TrackWindow>();
  readonly #events: LiveStreamEvents;
  /** By `TRACK/INITID`. */
  readonly #inits = new Map<string, Uint8Array>();
  readonly #lastPartMs = new Map<string, number>();
  hello: HelloMessage | null = null;
  tracks: readonly TrackInfo[] = [];
  status: StatusMessage | null = null;
  /** Unix milliseconds of the last message of any feed; null before the first. */
  heardMs: number | null = null;
  /** The newest part is from what a feed sends again to a new reader: newer ones are on their way, and this is not the live edge. */
  replays = false;
  /** Whole seconds; at least the segment duration, raised by a longer segment and never lowered. */
  targetDurationSec = 1;

  constructor(name: string, events: LiveStreamEvents) {
    this.name = name;
    this.#events = events;
  }

  get ended(): boolean {
    return this.status?.state === 'ended';
  }

  init(track: string, initId: string): Uint8Array | undefined {
    return this.#inits.get(`${track}/${initId}`);
  }

  /** Ids of the init segments held for a track. */
  initIds(track: string): string[] {
    const prefix = `${track}/`;
    return [...this.#inits.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  }

  /** Unix milliseconds at which the newest part of a track (of any, when not given) arrived. */
  lastPartMs(track?: string): number | null {
    if (track !== undefined) return this.#lastPartMs.get(track) ?? null;
    return this.#lastPartMs.size === 0 ? null : Math.max(...this.#lastPartMs.values());
  }

  /** Whether a new part of the track came within the last 1.5 part targets, and is neither old media nor of the future. */
  fresh(track: string, nowMs: number): boolean {
    const arrivedMs = this.#lastPartMs.get(track);
    if (arrivedMs === undefined || this.hello === null || this.replays) return false;
    const endSec = this.windows.get(track)?.endSec() ?? 0;
    if (isFuture(endSec, nowMs)) return false;
    return nowMs - arrivedMs <= this.#freshMs && nowMs / 1000 - endSec <= OLD_MEDIA_SEC;
  }

  /** Drops what a track has of the future: nothing that comes could follow it. */
  leaveFuture(track: string, nowMs: number): void {
    const window = this.windows.get(track);
    if (window === undefined || !isFuture(window.endSec() ?? 0, nowMs)) return;
    window.clear();
    this.#lastPartMs.delete(track);
  }

  /**
   * Unix milliseconds at which nobody should wait for a part of the track (of any, when not given) any more, unless one
   * comes or a feed says something until then.
   */
  deadMs(track?: string): number {
    const partMs = this.lastPartMs(track) ?? Number.NEGATIVE_INFINITY;
    return Math.max(partMs + this.#freshMs, (this.heardMs ?? 0) + Math.max(this.#freshMs, SILENT_MS));
  }

  get #freshMs(): number {
    return 1000 * FRESH_PARTS * (this.hello?.partSec ?? 1);
  }

  /** Takes a frame of a feed that came at `arrivedMs`; returns whether it brought something new. */
  accept(frame: FeedFrame, arrivedMs: number): boolean {
    this.heardMs = Math.max(this.heardMs ?? 0, arrivedMs);
    const changed = this.#take(frame, arrivedMs);
    if (changed) this.signal.notify();
    return changed;
  }

  /** Drops what is past the DVR window, windows of tracks that are gone, and init segments nobody refers to. */
  prune(): void {
    const listed = new Set(this.tracks.map((track) => track.id));
    for (const [id, window] of this.windows) {
      if (listed.has(id)) window.prune(this.hello?.dvrSec ?? 0);
      else this.#forget(id, window);
    }
    for (const key of this.#inits.keys()) {
      const [track, initId] = key.split('/') as [string, string];
      const window = this.windows.get(track);
      const used = window?.segments.some((segment) => segment.initId === initId);
      if (window !== undefined && window.segments.length > 0 && !used) this.#inits.delete(key);
    }
  }

  #forget(id: string, window: TrackWindow): void {
    window.clear();
    this.windows.delete(id);
    this.#lastPartMs.delete(id);
    for (const initId of this.initIds(id)) this.#inits.delete(`${id}/${initId}`);
  }

  #take({ message, body }: FeedFrame, nowMs: number): boolean {
    switch (message.type) {
      case 'hello':
        return this.#takeHello(message);
      case 'tracks':
        return this.#takeTracks(message.tracks);
      case 'status':
        return this.#takeStatus(message);
      case 'init':
        return this.#takeInit(message, body);
      case 'part':
        return this.#takePart(message, body, nowMs);
      case 'segment':
        return this.#takeSegment(message);
    }
  }

  #takeHello(message: HelloMessage): boolean {
    const grid = this.hello;
    this.hello = message;
    if (grid === null || grid.segmentSec !== message.segmentSec) {
      for (const [id, window] of this.windows) this.#forget(id, window);
      this.targetDurationSec = Math.ceil(message.segmentSec);
    }
    return true;
  }

  #takeTracks(tracks: readonly TrackInfo[]): boolean {
    this.tracks = tracks;
    for (const { id, timescale } of tracks) {
      const window = this.windows.get(id);
      if (window?.timescale === timescale) continue;
      if (window !== undefined) this.#forget(id, window);
      const events: WindowEvents = {
        completed: (segment) => this.#completed(id, segment),
        dropped: (segment) => this.#events.dropped(id, segment),
      };
      const grid = { timescale, segmentSec: this.hello?.segmentSec ?? 1 };
      this.windows.set(id, new TrackWindow(grid, events));
    }
    return true;
  }

  #takeStatus(message: StatusMessage): boolean {
    const was = this.ended;
    this.status = message;
    if (was !== this.ended) for (const window of this.windows.values()) window.version += 1;
    return true;
  }

  #takeInit(message: InitMessage, body: Uint8Array): boolean {
    const key = `${message.track}/${message.initId}`;
    if (this.#inits.has(key)) return false;
    this.#inits.set(key, Buffer.from(body));
    return true;
  }

  #takePart(message: PartMessage, body: Uint8Array, nowMs: number): boolean {
    const added = this.windows.get(message.track)?.acceptPart(message, body) ?? false;
    if (added) this.#lastPartMs.set(message.track, Math.max(nowMs, this.#lastPartMs.get(message.track) ?? 0));
    return added;
  }

  #takeSegment(message: SegmentMessage): boolean {
    const window = this.windows.get(message.track);
    if (window === undefined || !window.acceptSegment(message)) return false;
    this.#raiseTarget(message.durationTicks / window.timescale);
    return true;
  }

  #raiseTarget(segmentSec: number): void {
    this.targetDurationSec = Math.max(this.targetDurationSec, Math.round(segmentSec));
  }

  #completed(track: string, segment: WindowSegment): void {
    this.#raiseTarget(segment.durationTicks / this.windows.get(track)!.timescale);
    this.#events.completed(track, segment);
  }
}
