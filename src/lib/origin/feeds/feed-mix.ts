import type { FeedFrame, StatusMessage, TrackInfo } from '../../feed/message.ts';
import type { FeedChangeReport, SupplyReport, SupplyState } from '../../health/report.ts';
import { isFuture } from '../../media/future.ts';
import type { LiveStream } from '../window/live-stream.ts';
import type { Feed } from './feed.ts';
import { Sameness } from './sameness.ts';
import { type LeadChange, type QueuedPart, TrackMerge } from './track-merge.ts';

const EMPTY = new Uint8Array(0);

export interface FeedMixOptions {
  readonly live: LiveStream;
  /**
   * Puts a frame into the stream, which came at `arrivedMs` (now, when not given: it may have waited for its turn, and
   * what has waited is no sign of life); returns whether it brought something new.
   */
  accept(frame: FeedFrame, arrivedMs?: number): boolean;
  nowMs(): number;
}

/**
 * All feeds of one stream, made into one window: its parts track by track (`TrackMerge`), what is said of the stream by
 * the feed that leads its first video track, and the tracks of all that fit.
 *
 * Invariant: a feed on another grid than the window (segment duration, timescales) adds nothing while any feed that
 * fits delivers.
 */
export class FeedMix {
  readonly #options: FeedMixOptions;
  readonly #feeds = new Set<Feed>();
  readonly #merges = new Map<string, TrackMerge>();
  readonly #sameness: Sameness;
  #lead: Feed | null = null;
  /** The lists of tracks that the stream's was last made of. */
  #lists: readonly (readonly TrackInfo[])[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** The end that a feed which is gone has told, while no other one has said since that it goes on. */
  #end: StatusMessage | null = null;
  #changes = 0;
  #lastChange: FeedChangeReport | null = null;
  #state: { readonly state: SupplyState; readonly sinceMs: number } = { state: 'cold-start', sinceMs: 0 };

  constructor(options: FeedMixOptions) {
    this.#options = options;
    this.#sameness = new Sameness(options.live);
    this.#state = { state: 'cold-start', sinceMs: options.nowMs() };
  }

  get feeds(): ReadonlySet<Feed> {
    return this.#feeds;
  }

  /** The feed that speaks for the stream; null when there is none. */
  get lead(): Feed | null {
    return this.#lead;
  }

  /** Whether any feed says that the stream is over; null when there is none to say anything. */
  get saysEnded(): boolean | null {
    return this.#feeds.size === 0 ? null : [...this.#feeds].some(({ status }) => status?.state === 'ended');
  }

  attach(feed: Feed): void {
    this.#feeds.add(feed);
  }

  /** Forgets a feed; what it has brought stays. */
  detach(feed: Feed): void {
    if (!this.#feeds.delete(feed)) return;
    const nowMs = this.#options.nowMs();
    this.#sameness.forget(feed);
    for (const merge of this.#merges.values()) merge.remove(feed, nowMs);
    if (feed.status?.state === 'ended') this.#end = feed.status;
    this.#settle(nowMs);
    // Replicas end some milliseconds apart, and where nobody watches the other one is not read for so long.
    const { live, accept } = this.#options;
    if (this.#feeds.size === 0 && this.#end !== null && !live.ended)
      accept({ message: this.#end, body: EMPTY }, feed.lastWordMs);
  }

  /** Takes a frame of an attached feed. One that brings media of the future brings none. */
  take(feed: Feed, frame: FeedFrame): void {
    if (!this.#feeds.has(feed)) return;
    const nowMs = this.#options.nowMs();
    const { message } = frame;
    if (message.type === 'part' || message.type === 'segment') {
      if (isFuture(feed.endOf(message) ?? 0, nowMs)) return;
      this.#options.live.leaveFuture(message.track, nowMs);
    }
    feed.note(frame, nowMs);
    this.#options.live.heardMs = nowMs;
    if (message.type === 'part') {
      if (this.#takesPart(feed, message.track))
        this.#merge(message.track).take(feed, frame as QueuedPart, nowMs);
      this.#compare(message.track, nowMs);
    } else if (message.type === 'init') this.#options.accept(frame);
    else if (message.type === 'segment' && this.#mayDescribe(feed, message.track))
      this.#options.accept(frame);
    else if (message.type === 'status') {
      if (message.state !== 'ended') this.#end = null;
      this.#caughtUp();
    }
    this.#settle(nowMs);
  }

  /** Whoever waits for the live edge has it, if what came last was replayed. */
  #caughtUp(): void {
    const { live } = this.#options;
    if (!live.replays) return;
    live.replays = false;
    live.signal.notify();
  }

  /** Frames that a feed has brought and that wait for their turn. */
  waiting(feed: Feed): FeedFrame[] {
    return [...this.#merges.values()].flatMap((merge) => merge.waiting(feed));
  }

  /** How well the stream is supplied now. */
  report(): SupplyReport {
    this.#observe(this.#options.nowMs());
    const serving = this.#merges.get(this.#mainTrack())?.leader?.replica ?? null;
    return { ...this.#state, serving, changes: this.#changes, lastChange: this.#lastChange };
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#feeds.clear();
  }

  #observe(nowMs: number): void {
    const state = this.#supplyState(nowMs);
    if (state !== this.#state.state) this.#state = { state, sinceMs: nowMs };
  }

  #supplyState(nowMs: number): SupplyState {
    const { live } = this.#options;
    const usable = [...this.#feeds].filter(
      (feed) => feed.drift === null && feed.delivers(nowMs) && feed.lastPartMs !== null,
    );
    if (live.ended) return 'ended';
    if (live.lastPartMs() === null) return 'cold-start';
    if (usable.length > 0) return usable.length > 1 ? 'two-feeds' : 'one-feed';
    return live.fresh(this.#mainTrack(), nowMs) ? 'changing-feed' : 'no-feed';
  }

  /** Looks again who leads, says what changed, and arms the timer for what waits. */
  #settle(nowMs: number): void {
    this.#observe(nowMs);
    const lead = this.#findLead(nowMs);
    if (lead !== null) this.#speakFor(lead, nowMs);
    this.#lead = lead;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const due = [...this.#merges.values()].flatMap((merge) => merge.dueMs(nowMs) ?? []);
    if (due.length === 0) return;
    this.#timer = setTimeout(() => this.#drain(), Math.max(1, Math.ceil(Math.min(...due) - nowMs)));
  }

  #compare(track: string, nowMs: number): void {
    if (this.#options.live.hello === null) return;
    this.#sameness.look(this.#feeds, track, nowMs);
    for (const feed of this.#feeds) feed.drift = this.#sameness.driftOf(feed);
  }

  #drain(): void {
    const nowMs = this.#options.nowMs();
    for (const merge of this.#merges.values()) merge.drain(nowMs);
    this.#settle(nowMs);
  }

  /** Who leads the main track, unless it is late; else who delivers; else who spoke last. */
  #findLead(nowMs: number): Feed | null {
    const said = [...this.#feeds].filter(({ hello }) => hello !== null);
    const fitting = said.filter((feed) => this.#fits(feed));
    const leading = this.#merges.get(this.#mainTrack())?.leader ?? null;
    const before = [leading, this.#lead].filter((feed) => feed !== null && this.#feeds.has(feed));
    const inOrder = [...before, ...fitting];
    const delivering = inOrder.find((feed) => feed?.delivers(nowMs) === true && fitting.includes(feed));
    const stalled = fitting.every((feed) => nowMs > feed.stallsMs);
    const other = stalled ? said.find((feed) => feed.delivers(nowMs)) : undefined;
    return delivering ?? other ?? inOrder[0] ?? said[0] ?? null;
  }

  /** The track that tells which feed leads: the first video. */
  #mainTrack(): string {
    const { tracks } = this.#options.live;
    return (tracks.find(({ kind }) => kind === 'video') ?? tracks[0])?.id ?? '';
  }

  /** Hello and status of the lead; the tracks of every feed that delivers and fits, as a replica may have shed one. */
  #speakFor(lead: Feed, nowMs: number): void {
    const { live, accept } = this.#options;
    if (!this.#fits(lead)) this.#merges.clear();
    if (lead.hello !== null && lead.hello !== live.hello)
      accept({ message: lead.hello, body: EMPTY }, lead.lastWordMs);
    this.#speakOfTracks(lead, nowMs);
    const going = [...this.#feeds].find(({ status }) => status !== null && status.state !== 'ended');
    const { status, lastWordMs } = lead.status?.state === 'ended' ? (going ?? lead) : lead;
    if (status !== null && status !== live.status) accept({ message: status, body: EMPTY }, lastWordMs);
  }

  #speakOfTracks(lead: Feed, nowMs: number): void {
    const { live, accept } = this.#options;
    const counting = [...this.#feeds].filter(
      (feed) => this.#fits(feed) && feed.delivers(nowMs) && feed.status?.state !== 'ended',
    );
    const lists = [lead, ...counting].map((feed) => feed.tracks);
    // Every frame comes by here: lists that are the same objects as before need no second look.
    if (lists.length === this.#lists.length && lists.every((list, i) => list === this.#lists[i])) return;
    this.#lists = lists;
    const tracks = [
      ...new Map(
        lists
          .flat()
          .toReversed()
          .map((track) => [track.id, track]),
      ).values(),
    ].toReversed();
    if (tracks.length === 0 || JSON.stringify(tracks) === JSON.stringify(live.tracks)) return;
    accept({ message: { type: 'tracks', tracks }, body: EMPTY }, lead.lastWordMs);
  }

  #takesPart(feed: Feed, track: string): boolean {
    return this.#fits(feed) && this.#options.live.windows.has(track);
  }

  #fits({ hello, tracks }: Feed): boolean {
    const { live } = this.#options;
    if (hello === null || live.hello === null) return hello !== null;
    if (hello.segmentSec !== live.hello.segmentSec) return false;
    return tracks.every(({ id, timescale }) => (live.windows.get(id)?.timescale ?? timescale) === timescale);
  }

  /** Descriptions of old segments come from the lead alone, so that no feed closes a segment that is still being filled. */
  #mayDescribe(feed: Feed, track: string): boolean {
    return feed === this.#lead || (this.#options.live.windows.get(track)?.next() ?? null) === null;
  }

  #merge(track: string): TrackMerge {
    const known = this.#merges.get(track);
    if (known !== undefined) return known;
    const { live, accept } = this.#options;
    const merge = new TrackMerge({
      window: () => live.windows.get(track)!,
      partMs: () => 1000 * (live.hello?.partSec ?? 1),
      put: (part, feed, arrivedMs) => {
        const init = `${track}/${part.message.initId}`;
        const held = feed.inits.get(init);
        if (held !== undefined && live.init(track, part.message.initId) === undefined)
          accept(held, arrivedMs);
        const taken = accept(part, arrivedMs);
        if (taken) live.replays = feed.isReplaying;
        return taken;
      },
      onLead: (change) => {
        if (track === this.#mainTrack()) this.#noteChange(change);
      },
    });
    this.#merges.set(track, merge);
    return merge;
  }

  #noteChange({ from, to, why, afterMs }: LeadChange): void {
    const nowMs = this.#options.nowMs();
    const silent = from !== null && (!this.#feeds.has(from) || !from.delivers(nowMs));
    if (from === null || (why === 'segment' && !silent)) return;
    this.#changes += 1;
    this.#lastChange = {
      ...{ atMs: nowMs, from: from.replica ?? '', to: to.replica ?? '', afterMs },
      why: why === 'segment' ? 'missing' : why,
    };
  }
}
