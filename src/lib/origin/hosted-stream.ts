import type { FeedFrame } from '../feed/message.ts';
import type { Peer } from '../nodes/node-config.ts';
import type { DvrWrites } from './dvr/dvr-files.ts';
import { DvrStore } from './dvr/dvr-store.ts';
import type { LoadedDvr } from './dvr/load-dvr.ts';
import type { FaultInjector } from './fault.ts';
import type { Feed } from './feeds/feed.ts';
import { FeedMix } from './feeds/feed-mix.ts';
import { FeedSupply } from './feeds/feed-supply.ts';
import { describeSegment, replayFrames } from './feeds/replay.ts';
import { PlaylistTexts } from './playlist-texts.ts';
import { ViewerMeter } from './viewer-meter.ts';
import { awaitWord, type Verdict } from './window/judge-request.ts';
import { LiveStream } from './window/live-stream.ts';
import type { WindowSegment } from './window/track-window.ts';

/** Without viewers for this time a stream is no longer relayed for them, milliseconds. */
export const RELAY_IDLE_MS = 60_000;
/**
 * Without viewers for this time a stream that was found nowhere is no longer looked for, milliseconds. They come again
 * sooner; and while an origin is down, which may be the one that has it, nothing else ends the search.
 */
const SEARCH_IDLE_MS = 10_000;
/** After a relay found the stream nowhere, milliseconds until it looks again. */
const LOOK_AGAIN_MS = 1000;
/** A stream that was live is looked for at least this long, milliseconds: it may be moving, or its pipeline starting again. */
const KEEP_LOOKING_MS = 10_000;
/** Feeds that an origin holds: whichever of them dies, the parts of another are there already. */
const FEEDS = 2;

export interface HostedStreamOptions {
  readonly name: string;
  /** Folder of the stream's DVR segments. */
  readonly dvrDir: string;
  readonly writes: DvrWrites;
  /** Nothing is written before. */
  readonly writeAfter?: Promise<void> | undefined;
  readonly faults: FaultInjector;
  readonly self: { readonly name: string; readonly region: string };
  /** Origins that may have a pipeline of the stream now, best first. */
  candidates(): readonly Peer[];
  /** Origins of the own region that hand the stream on, best first. */
  owners(): readonly Peer[];
  nowMs(): number;
}

/** Everything an origin has of one stream: its window, its sources, its disk, its relays and its viewers. */
export class HostedStream {
  readonly live: LiveStream;
  readonly store: DvrStore;
  readonly texts: PlaylistTexts;
  readonly viewers = new ViewerMeter();
  readonly feeds: FeedMix;
  readonly #options: HostedStreamOptions;
  readonly #createdMs: number;
  /** The feed of this node's pipeline. */
  pipeline: Feed | null = null;
  /** Feeds of other origins. */
  supply: FeedSupply | null = null;
  #demandedMs = 0;
  /** Feeds of which a drill threw something away. */
  readonly #unheard = new WeakSet<Feed>();
  /** Unix milliseconds at which a segment could not be stored the last time; null: all could. */
  lostSegmentMs: number | null = null;
  /** Unix milliseconds at which no origin had the stream; null when that is not known. */
  absentSinceMs: number | null = null;
  /** Unix milliseconds at which a feed that said that the stream is over went, or no origin that answered had one; null: not yet. */
  #overMs: number | null = null;

  constructor(options: HostedStreamOptions) {
    this.#options = options;
    this.#createdMs = options.nowMs();
    this.store = new DvrStore(options.dvrDir, options.writes, options.writeAfter);
    this.live = new LiveStream(options.name, {
      completed: (track, segment) => void this.#spill(track, segment),
      dropped: (track, segment) => this.store.deleteSegment(track, segment.msn),
    });
    this.texts = new PlaylistTexts(this.live);
    this.feeds = new FeedMix({
      live: this.live,
      accept: (frame, arrivedMs) => this.#accept(frame, arrivedMs),
      nowMs: options.nowMs,
    });
  }

  /** Takes over what an earlier run of the origin stored. */
  recover(loaded: LoadedDvr): void {
    const nowMs = this.#options.nowMs();
    const empty = new Uint8Array(0);
    this.live.accept({ message: loaded.record.hello, body: empty }, nowMs);
    this.live.accept({ message: { type: 'tracks', tracks: loaded.record.tracks }, body: empty }, nowMs);
    for (const frame of loaded.inits) this.live.accept(frame, nowMs);
    for (const [track, messages] of loaded.segments) {
      for (const message of messages) {
        this.store.adopt(message);
        this.live.accept({ message, body: empty }, nowMs);
        const segment = this.live.windows.get(track)?.find(message.msn);
        if (segment !== undefined && !message.elsewhere) segment.stored = 'disk';
      }
    }
  }

  /** Makes this pipeline the only one that feeds the stream; an older connection is dropped. */
  attachPipeline(feed: Feed): void {
    const older = this.pipeline;
    this.pipeline = feed;
    this.absentSinceMs = null;
    if (older !== null) this.#detach(older);
    this.feeds.attach(feed);
    older?.drop();
    this.#openSupply();
  }

  /** The pipeline's connection has ended; a no-op for one that was replaced. */
  detachPipeline(feed: Feed): void {
    if (this.pipeline !== feed) return;
    this.pipeline = null;
    this.#detach(feed);
    this.supply?.hurry();
  }

  /** Takes a frame of this node's pipeline. */
  acceptFromPipeline(frame: FeedFrame, feed: Feed): void {
    const isFirst = frame.message.type === 'part' && feed.lastPartMs === null;
    this.#take(frame, feed);
    if (isFirst || frame.message.type === 'hello') this.supply?.nudge();
  }

  /** Takes a frame of an attached feed and hands it to the relays that read the feed here. */
  #take(frame: FeedFrame, feed: Feed): void {
    if (this.#options.faults.isDeaf) {
      this.#unheard.add(feed);
      return;
    }
    if (this.#unheard.delete(feed)) {
      // What it missed is only sent again to who connects anew: a hole in the window would be the drill's, not the fault's.
      feed.drop();
      return;
    }
    this.feeds.take(feed, frame);
    this.#options.faults.late(() => feed.subscribers.broadcast(frame));
  }

  #detach(feed: Feed): void {
    this.feeds.detach(feed);
    if (feed.status?.state === 'ended') this.#overMs = this.#options.nowMs();
    feed.subscribers.endAll();
  }

  /** The feed for a relay that has these replicas already; other origins' are handed on when `onward`. Null: none here. */
  async feedFor(relay: {
    readonly onward: boolean;
    readonly not: ReadonlySet<string>;
  }): Promise<Feed | null> {
    const own = this.pipeline;
    if (own !== null && own.hello !== null && !relay.not.has(own.replica!)) return own;
    if (!relay.onward) return null;
    this.#openSupply();
    return (await this.supply?.handOn(relay.not)) ?? null;
  }

  /** Frames for a new subscriber to a feed that is attached: what is served, then what waits to be. */
  *replay(feed: Feed, fromMsn: number): Iterable<FeedFrame> {
    yield* replayFrames(this.live, feed, fromMsn);
    yield* this.feeds.waiting(feed);
  }

  /** Looks for the stream when viewers ask and nobody looks yet. */
  ensureSource(): void {
    const nowMs = this.#options.nowMs();
    const wasWatched = this.isWatched;
    this.#demandedMs = nowMs;
    if (!wasWatched) this.supply?.nudge();
    const soon = this.absentSinceMs !== null && nowMs - this.absentSinceMs < LOOK_AGAIN_MS;
    if (!soon && (this.pipeline === null || !this.live.ended)) this.#openSupply();
  }

  #openSupply(): void {
    const { nowMs, self, candidates, owners, name } = this.#options;
    if (this.supply !== null || candidates().length === 0) return;
    this.absentSinceMs = null;
    this.supply = new FeedSupply({
      ...{ stream: name, self, candidates, owners, nowMs },
      wanted: () => this.#wantedFeeds(),
      ownReplica: () => this.pipeline?.replica ?? null,
      fromMsn: () => this.#firstMissingMsn(),
      newestPartMs: () => this.live.lastPartMs(),
      onFrame: (feed, frame) => {
        this.feeds.attach(feed);
        this.#take(frame, feed);
      },
      onEnd: (feed) => this.#detach(feed),
      mayGiveUp: () => this.pipeline === null && nowMs() - (this.live.lastPartMs() ?? 0) > KEEP_LOOKING_MS,
      onNothing: () => this.#noteNowhere(),
      onAbsent: () => this.#foundNothing(),
    });
  }

  /** Whether viewers have asked for the stream a short time ago. */
  get isWatched(): boolean {
    const seenMs = Math.max(this.viewers.lastSeenMs ?? 0, this.#demandedMs);
    const idleMs = this.live.hello === null ? SEARCH_IDLE_MS : RELAY_IDLE_MS;
    return this.#options.nowMs() - seenMs <= idleMs;
  }

  /** A pipeline that delivers counts for one; a feed that drifts for none, and a third opinion tells which is right. */
  #wantedFeeds(): number {
    const own = this.pipeline;
    if (own === null && !this.isWatched) return 0;
    const drifting = [...this.feeds.feeds].some(({ drift }) => drift !== null);
    const delivers = own !== null && own.lastPartMs !== null && own.delivers(this.#options.nowMs());
    return FEEDS + Number(drifting) - Number(delivers);
  }

  /** Nobody delivers the stream and no origin was found to have it. */
  get absent(): boolean {
    if (this.pipeline !== null || this.supply !== null) return false;
    return this.absentSinceMs !== null || this.#options.candidates().length === 0;
  }

  /**
   * Unix milliseconds at which it was last known that a stream that ended is over: a feed says or said so, or nobody has one.
   * Null: that is not known, and somebody may have begun again.
   */
  endKnownMs(): number | null {
    const { saysEnded } = this.feeds;
    if (saysEnded === null && this.#options.candidates().length > 0) return this.#overMs;
    return saysEnded === false ? null : this.#options.nowMs();
  }

  /** Holds back an end that was said long ago until it is known that no other show has begun since. */
  doubtEnd(verdict: Verdict): Verdict {
    if (verdict.outcome !== 'serve' || !this.live.ended || this.absent) return verdict;
    const knownMs = this.endKnownMs();
    if (knownMs !== null && this.#options.nowMs() - knownMs < LOOK_AGAIN_MS) return verdict;
    return awaitWord({ hasBegun: this.feeds.saysEnded === false });
  }

  /** Origins to fetch old segments from: those whose feeds are read, then the others. */
  upstreams(): readonly Peer[] {
    return [...new Set([...(this.supply?.upstreams ?? []), ...this.#options.candidates()])];
  }

  /** Unix milliseconds of the last sign of use: a part or a viewer. */
  lastUseMs(): number {
    return Math.max(this.#createdMs, this.live.lastPartMs() ?? 0, this.viewers.lastSeenMs ?? 0);
  }

  /** Unix milliseconds at which viewers last asked for it. */
  get lastAskedMs(): number {
    return Math.max(this.#createdMs, this.#demandedMs);
  }

  /** Ends the search for a stream that has brought nothing; who waits for it is told so. */
  giveUp(): void {
    this.dropSupply();
    this.#foundNothing();
  }

  dropSupply(): void {
    this.supply?.close();
    this.supply = null;
  }

  /** Ends every connection of the stream; what is on disk stays. */
  async close(): Promise<void> {
    for (const feed of this.feeds.feeds) feed.subscribers.endAll();
    this.dropSupply();
    this.feeds.close();
    this.pipeline?.drop();
    await this.store.flush();
  }

  #accept(frame: FeedFrame, arrivedMs = this.#options.nowMs()): boolean {
    const isNew = this.live.accept(frame, arrivedMs);
    if (!isNew) return false;
    const { message } = frame;
    if (message.type === 'segment') this.store.saveDescription(message);
    if (message.type === 'init') this.store.saveInit(message.track, message.initId, Buffer.from(frame.body));
    if (message.type === 'tracks' && this.live.hello !== null) {
      this.store.saveRecord({ hello: this.live.hello, tracks: message.tracks });
    }
    return true;
  }

  async #spill(track: string, segment: WindowSegment): Promise<void> {
    segment.stored = 'pending';
    const saved = await this.store.saveSegment(describeSegment(track, segment), segment.body!);
    segment.stored = saved ? 'disk' : 'nowhere';
    if (saved) return;
    this.lostSegmentMs = this.#options.nowMs();
    this.live.windows.get(track)?.dropLost();
  }

  #firstMissingMsn(): number {
    const next = [...this.live.windows.values()].map((window) => window.next()?.msn ?? 0);
    return next.length === 0 ? 0 : Math.min(...next);
  }

  #noteNowhere(): void {
    this.#overMs = this.#options.nowMs();
    if (this.live.ended) this.live.signal.notify();
  }

  #foundNothing(): void {
    this.supply = null;
    this.absentSinceMs = this.#options.nowMs();
    this.live.signal.notify();
  }
}
