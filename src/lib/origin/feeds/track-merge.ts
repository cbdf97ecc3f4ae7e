/**
 * Makes one track's window from the parts of several interchangeable feeds. Pure: the time comes in.
 *
 * The rule: whoever is first with the first part of a segment leads that segment, so that pictures change their encoder
 * at key frames. Within the segment the leader is followed until it misses a part: after PATIENCE part targets without
 * one the other feeds' parts count. Parts that the window has are compared and passed over; a feed whose last part
 * differed from what was served in its place is not mixed in. Only when nobody else delivers for LAST_RESORT part
 * targets, or nobody is left who could, is a hole or a differing feed taken.
 */
import type { FeedFrame, PartMessage } from '../../feed/message.ts';
import { type PartPlace, placePart } from '../window/place-part.ts';
import type { TrackWindow } from '../window/track-window.ts';
import type { Feed } from './feed.ts';

/**
 * Part targets after the last part until other feeds' parts count. Exactly 1 would change the encoder within a picture
 * group each time that the leader is a little later than usual; higher costs as much when it is gone.
 */
const PATIENCE = 1.1;
/** Part targets after the last part until a hole, or a feed that differs, is better than nothing. Above PATIENCE. */
const LAST_RESORT = 1.25;
/** Parts that a feed may be ahead of the window. */
const MAX_QUEUE = 256;

export interface QueuedPart extends FeedFrame {
  readonly message: PartMessage;
}

/** Why another feed leads: the start of a segment, a part that did not come, a leader that is gone, live over slate. */
export type LeadReason = 'segment' | 'missing' | 'gone' | 'slate' | 'hole';

export interface TrackMergeDeps {
  window(): TrackWindow;
  partMs(): number;
  /** Adds a part that came at `arrivedMs` to the window; false when the window does not take it. */
  put(part: QueuedPart, feed: Feed, arrivedMs: number): boolean;
  onLead(change: LeadChange): void;
}

export interface LeadChange {
  /** Who led before; null when nobody did. */
  readonly from: Feed | null;
  readonly to: Feed;
  readonly why: LeadReason;
  /** Milliseconds since the part before. */
  readonly afterMs: number;
}

interface Line {
  readonly feed: Feed;
  queue: (QueuedPart & { readonly arrivedMs: number })[];
  /** Whether its last part that could be compared was as served; null before the first. */
  agrees: boolean | null;
  /** Whether its newest part was made up. */
  inSlate: boolean;
  /** The feed has ended; what it had sent still counts. */
  gone: boolean;
}

interface Choice {
  readonly line: Line;
  readonly index: number;
  readonly why: LeadReason;
}

export class TrackMerge {
  readonly #deps: TrackMergeDeps;
  readonly #lines = new Map<Feed, Line>();
  #leader: Feed | null = null;
  #ledLast: Feed | null = null;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(deps: TrackMergeDeps) {
    this.#deps = deps;
  }

  /** The feed whose part was taken last; null when it is gone. */
  get leader(): Feed | null {
    return this.#leader;
  }

  /** Parts of a feed that wait for their turn. */
  waiting(feed: Feed): readonly QueuedPart[] {
    return this.#lines.get(feed)?.queue ?? [];
  }

  /** Takes a part that came now. */
  take(feed: Feed, part: QueuedPart, nowMs: number): void {
    const line = this.#lines.get(feed) ?? { feed, queue: [], agrees: null, inSlate: false, gone: false };
    this.#lines.set(feed, line);
    line.queue.push({ ...part, arrivedMs: nowMs });
    line.inSlate = part.message.slate;
    if (line.queue.length > MAX_QUEUE) line.queue.shift();
    this.drain(nowMs);
  }

  /** The feed has ended. */
  remove(feed: Feed, nowMs: number): void {
    const line = this.#lines.get(feed);
    if (line === undefined) return;
    line.gone = true;
    if (this.#leader === feed) this.#leader = null;
    this.drain(nowMs);
  }

  /** Unix milliseconds at which `drain` should be called though nothing came; null when nothing waits. */
  dueMs(nowMs: number): number | null {
    if ([...this.#lines.values()].every(({ queue }) => queue.length === 0)) return null;
    const due = [PATIENCE, LAST_RESORT].map((parts) => this.#lastMs + parts * this.#deps.partMs());
    return due.find((ms) => ms > nowMs) ?? null;
  }

  /** Moves what may be served now into the window. */
  drain(nowMs: number): void {
    this.#passOver();
    for (let choice = this.#choose(nowMs); choice !== null; choice = this.#choose(nowMs)) {
      const part = choice.line.queue.splice(0, choice.index + 1).at(-1)!;
      if (this.#deps.put(part, choice.line.feed, part.arrivedMs)) this.#follow(choice, nowMs);
      else choice.line.agrees = false;
      this.#passOver();
    }
    for (const { feed, gone, queue } of this.#lines.values()) {
      if (gone && (queue.length === 0 || this.#ageParts(nowMs) >= LAST_RESORT)) this.#lines.delete(feed);
    }
  }

  /** Drops what the window has already, and learns from it whether the feed is the same. */
  #passOver(): void {
    for (const line of this.#lines.values()) {
      for (let head = line.queue[0]; head !== undefined; head = line.queue[0]) {
        const place = this.#place(head);
        if (place === 'next' || place === 'ahead') break;
        if (place !== 'past') line.agrees = place === 'known';
        line.queue.shift();
      }
    }
  }

  #choose(nowMs: number): Choice | null {
    const lines = [...this.#lines.values()];
    const ready = lines.filter(({ queue }) => queue[0] !== undefined && this.#place(queue[0]) === 'next');
    const live = ready.filter(({ queue }) => !queue[0]!.message.slate);
    const pool = live.length > 0 ? live : ready;
    const ageParts = this.#ageParts(nowMs);
    const chosen = this.#leading(pool) ?? this.#standIn(pool, ageParts);
    if (chosen !== null && (live.length > 0 || ageParts >= LAST_RESORT || !this.#awaitsLive(nowMs)))
      return chosen;
    return ageParts >= LAST_RESORT || this.#nobodyElse(nowMs) ? this.#lastResort(pool) : null;
  }

  #leading(pool: readonly Line[]): Choice | null {
    const line = pool.find(({ feed }) => feed === this.#leader && feed.drift === null);
    return line === undefined ? null : { line, index: 0, why: 'segment' };
  }

  #standIn(pool: readonly Line[], ageParts: number): Choice | null {
    const line = pool.find(isTrusted);
    if (line === undefined) return null;
    if (this.#leader === null) return { line, index: 0, why: 'gone' };
    if (this.#startsSegment()) return { line, index: 0, why: 'segment' };
    const passedOver = this.#lines.get(this.#leader)?.queue[0];
    if (passedOver?.message.slate === true) return { line, index: 0, why: 'slate' };
    return passedOver !== undefined || ageParts >= PATIENCE ? { line, index: 0, why: 'missing' } : null;
  }

  /** A feed that shows the picture should be waited for when there is but slate. */
  #awaitsLive(nowMs: number): boolean {
    return [...this.#lines.values()].some(
      ({ feed, agrees, inSlate, gone }) => agrees === true && !inSlate && !gone && feed.delivers(nowMs),
    );
  }

  /** No feed is left that could still deliver what is missing, as parts come in order. */
  #nobodyElse(nowMs: number): boolean {
    return [...this.#lines.values()].every(({ feed, queue, agrees, gone }) => {
      if (queue[0] === undefined) return gone || !feed.delivers(nowMs);
      return !isTrusted({ feed, agrees }) || this.#place(queue[0]) === 'ahead';
    });
  }

  /** A differing feed where it fits, else the nearest start of a segment that anybody has. */
  #lastResort(pool: readonly Line[]): Choice | null {
    const fitting = pool.find(({ feed }) => feed.drift === null) ?? pool[0];
    if (fitting !== undefined) return { line: fitting, index: 0, why: 'missing' };
    const starts = [...this.#lines.values()].flatMap((line) => {
      const index = line.queue.findIndex(({ message }) => message.part === 0);
      return index < 0 ? [] : [{ line, index, why: 'hole' as const, msn: line.queue[index]!.message.msn }];
    });
    const rank = ({ line, msn }: { line: Line; msn: number }): number =>
      4 * msn + 2 * Number(!isTrusted(line)) + Number(line.feed !== this.#leader);
    return starts.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
  }

  #follow({ line, why }: Choice, nowMs: number): void {
    const afterMs = nowMs - this.#lastMs;
    const from = this.#ledLast;
    this.#lastMs = nowMs;
    line.agrees = true;
    this.#leader = line.feed;
    this.#ledLast = line.feed;
    if (from !== line.feed) this.#deps.onLead({ from, to: line.feed, why, afterMs });
  }

  /** Part targets since the last part. */
  #ageParts(nowMs: number): number {
    return (nowMs - this.#lastMs) / this.#deps.partMs();
  }

  #startsSegment(): boolean {
    return this.#deps.window().segments.at(-1)?.complete ?? true;
  }

  #place(part: QueuedPart): PartPlace {
    return placePart(this.#deps.window(), part.message);
  }
}

/** Whether a feed may be mixed in: neither has its last part differed, nor has it been named as drifting. */
const isTrusted = ({ feed, agrees }: Pick<Line, 'feed' | 'agrees'>): boolean =>
  agrees !== false && feed.drift === null;
