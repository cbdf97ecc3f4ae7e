import type { FeedFrame } from '../feed/message.ts';
import type { Peer } from '../nodes/node-config.ts';
import type { DvrWrites } from './dvr/dvr-files.ts';
import { DvrStore } from './dvr/dvr-store.ts';
import type { LoadedDvr } from './dvr/load-dvr.ts';
import type { PipelineLog } from './feeds/pipeline-log.ts';
import { Relay } from './feeds/relay.ts';
import { describeSegment, replayFrames } from './feeds/replay.ts';
import { Subscribers } from './feeds/subscribers.ts';
import { PlaylistTexts } from './playlist-texts.ts';
import { ViewerMeter } from './viewer-meter.ts';
import { LiveStream } from './window/live-stream.ts';
import type { WindowSegment } from './window/track-window.ts';

/** After a relay found the stream nowhere, milliseconds until it looks again. */
const LOOK_AGAIN_MS = 1000;

export interface HostedStreamOptions {
  readonly name: string;
  /** Folder of the stream's DVR segments. */
  readonly dvrDir: string;
  readonly writes: DvrWrites;
  /** Origins that may have a pipeline of the stream now, best first. */
  candidates(): readonly Peer[];
  nowMs(): number;
}

/** The pipeline of this node that feeds the stream. */
export interface PipelineFeed {
  replica: string | null;
  readonly sinceMs: number;
  lastPartMs: number | null;
  /** All that it sent, also what a relay had brought before. */
  readonly log: PipelineLog;
  /** Ends the connection. */
  drop(): void;
}

/** Everything an origin has of one stream: its window, its sources, its disk, its relays and its viewers. */
export class HostedStream {
  readonly live: LiveStream;
  readonly store: DvrStore;
  readonly texts: PlaylistTexts;
  readonly subscribers = new Subscribers();
  readonly viewers = new ViewerMeter();
  readonly #options: HostedStreamOptions;
  readonly #createdMs: number;
  pipeline: PipelineFeed | null = null;
  relay: Relay | null = null;
  relayLastPartMs: number | null = null;
  /** Unix milliseconds at which no origin had the stream; null when that is not known. */
  absentSinceMs: number | null = null;

  constructor(options: HostedStreamOptions) {
    this.#options = options;
    this.#createdMs = options.nowMs();
    this.store = new DvrStore(options.dvrDir, options.writes);
    this.live = new LiveStream(options.name, {
      completed: (track, segment) => void this.#spill(track, segment),
      dropped: (track, segment) => this.store.deleteSegment(track, segment.msn),
    });
    this.texts = new PlaylistTexts(this.live);
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
        if (segment !== undefined) segment.stored = 'disk';
      }
    }
  }

  /** Makes this pipeline the only one that feeds the stream; an older connection is dropped. */
  attachPipeline(feed: PipelineFeed): void {
    const older = this.pipeline;
    this.pipeline = feed;
    this.absentSinceMs = null;
    older?.drop();
  }

  /** The pipeline's connection has ended; a no-op for one that was replaced. */
  detachPipeline(feed: PipelineFeed): void {
    if (this.pipeline !== feed) return;
    this.pipeline = null;
    this.subscribers.endAll();
  }

  /** Takes a frame of this node's pipeline and hands what is new to the relays that subscribed. */
  acceptFromPipeline(frame: FeedFrame, feed: PipelineFeed): void {
    if (frame.message.type === 'hello') feed.replica = frame.message.replica;
    feed.log.note(frame.message, this.#options.nowMs());
    if (!this.#accept(frame)) return;
    if (frame.message.type === 'part') {
      feed.lastPartMs = this.#options.nowMs();
      this.relay?.close();
      this.relay = null;
    }
    this.subscribers.broadcast(frame);
  }

  /** Frames for a new subscriber. */
  replay(fromMsn: number): Iterable<FeedFrame> {
    return replayFrames(this.live, fromMsn);
  }

  /** Opens a relay when viewers ask and no pipeline of this node delivers. */
  ensureSource(): void {
    const { nowMs, candidates, name } = this.#options;
    const now = nowMs();
    if (this.relay !== null || candidates().length === 0) return;
    if (this.absentSinceMs !== null && now - this.absentSinceMs < LOOK_AGAIN_MS) return;
    const stallMs = this.stallMs() ?? 2000;
    const lastMs = this.pipeline === null ? null : (this.pipeline.lastPartMs ?? this.pipeline.sinceMs);
    if (lastMs !== null && (now - lastMs < stallMs || this.live.ended)) return;
    this.absentSinceMs = null;
    this.relay = new Relay({
      stream: name,
      candidates,
      nowMs,
      fromMsn: () => this.#firstMissingMsn(),
      stallMs: () => this.stallMs(),
      onFrame: (frame) => {
        if (this.#accept(frame) && frame.message.type === 'part') this.relayLastPartMs = nowMs();
      },
      onAbsent: () => this.#relayFoundNothing(),
    });
  }

  /** Nobody delivers the stream and no origin was found to have it. */
  get absent(): boolean {
    if (this.pipeline !== null || this.relay !== null) return false;
    return this.absentSinceMs !== null || this.#options.candidates().length === 0;
  }

  /** Origins to fetch old segments from: the one whose feed is read, then the others. */
  upstreams(): readonly Peer[] {
    const current = this.relay?.upstream ?? null;
    const candidates = this.#options.candidates();
    return current === null
      ? candidates
      : [current, ...candidates.filter((peer) => peer.name !== current.name)];
  }

  /** Milliseconds without a part after which a feed counts as stalled; null when none is due. */
  stallMs(): number | null {
    const { hello, ended } = this.live;
    return hello === null || ended ? null : 1500 * hello.partSec;
  }

  /** Unix milliseconds of the last sign of use: a part or a viewer. */
  lastUseMs(): number {
    return Math.max(this.#createdMs, this.live.lastPartMs() ?? 0, this.viewers.lastSeenMs ?? 0);
  }

  dropRelay(): void {
    this.relay?.close();
    this.relay = null;
  }

  /** Ends every connection of the stream; what is on disk stays. */
  async close(): Promise<void> {
    this.dropRelay();
    this.pipeline?.drop();
    this.subscribers.endAll();
    await this.store.flush();
  }

  #accept(frame: FeedFrame): boolean {
    const isNew = this.live.accept(frame, this.#options.nowMs());
    if (!isNew) return false;
    const { message } = frame;
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
    if (!saved) this.live.windows.get(track)?.dropLost();
  }

  #firstMissingMsn(): number {
    const next = [...this.live.windows.values()].map((window) => window.next()?.msn ?? 0);
    return next.length === 0 ? 0 : Math.min(...next);
  }

  #relayFoundNothing(): void {
    this.relay = null;
    this.absentSinceMs = this.#options.nowMs();
    this.live.signal.notify();
  }
}
