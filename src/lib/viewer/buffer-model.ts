/**
 * The media buffer of a player, without media (pure): two tracks, a playhead that moves with the clock, stalls, holes.
 *
 * Times of media are milliseconds on the media timeline, times of the clock are wall milliseconds; the clock is
 * an argument, so a stall is dated exactly however seldom the model is asked.
 *
 * A hole in the media is got over as hls.js does it (gap-controller.ts of hls.js 1.7): the player stands still before it,
 * and once there is media behind it, for a while more; then it goes on behind it. The standing still is dead air.
 */
import { MediaRanges, type Range } from './media-ranges.ts';

export type TrackKind = 'video' | 'audio';

/** `starting`: never played yet. `stalled`: played, and has nothing to play (dead air). */
export type PlayState = 'starting' | 'playing' | 'stalled' | 'finished';

/**
 * Playing (re)starts with so much ahead: Chromium's audio renderer fills a queue of 200 ms first. Lower, and a start at
 * a segment's short last part runs dry at once; higher, and every start is later.
 */
const START_AHEAD_MS = 200;
/** From the playhead's stop before a hole until hls.js jumps: up to two of its looks, 100 ms apart, and the seek. */
const SKIP_AFTER_MS = 300;
/** `skipBufferHolePadding` of hls.js: it jumps so far into what follows. */
const SKIP_PADDING_MS = 100;

export class BufferModel {
  /** Media milliseconds. */
  playheadMs: number;
  state: PlayState = 'starting';
  stalls = 0;
  /** Jumps forward: to live, or over a hole. */
  skips = 0;
  deadAirMs = 0;
  /** Clock milliseconds of the first frame shown. */
  startedAtMs: number | null = null;
  rate = 1;
  readonly #tracks = new Map<TrackKind, MediaRanges>();
  #clockMs: number;
  #finished = false;
  /** Clock milliseconds at which the player jumps over the hole that it stands before. */
  #skipAtMs: number | null = null;

  constructor(options: {
    readonly playFromMs: number;
    readonly tracks: readonly TrackKind[];
    readonly nowMs: number;
  }) {
    this.playheadMs = options.playFromMs;
    this.#clockMs = options.nowMs;
    for (const track of options.tracks) this.#tracks.set(track, new MediaRanges());
  }

  /** Milliseconds of media after the playhead that every track has. */
  get aheadMs(): number {
    return this.#aheadOf(this.playheadMs);
  }

  /** Moves the playhead to now; a stall begins at the instant at which the buffer was empty. */
  advance(nowMs: number): void {
    for (let skipAtMs = this.#skipAtMs; skipAtMs !== null && skipAtMs <= nowMs; skipAtMs = this.#skipAtMs) {
      this.#pass(skipAtMs);
      this.#skipHole();
    }
    this.#pass(nowMs);
  }

  /** Takes media of one track, [startMs, endMs), at a time of the clock. Playing (re)starts when both have enough. */
  append(track: TrackKind, media: Range, nowMs: number): void {
    this.advance(nowMs);
    const ranges = this.#tracks.get(track);
    ranges?.dropBefore(this.playheadMs);
    ranges?.add(media);
    this.#play(nowMs);
    this.#noticeHole(nowMs);
  }

  /** Continues elsewhere, with an empty buffer; a player that was playing is stalled until media comes. */
  seek(playFromMs: number, nowMs: number): void {
    this.advance(nowMs);
    this.playheadMs = playFromMs;
    this.#skipAtMs = null;
    for (const ranges of this.#tracks.values()) ranges.clear();
    if (this.state !== 'playing') return;
    this.state = 'stalled';
    this.stalls += 1;
  }

  /** Jumps forward inside the buffer, leaving at least `keepMs` of it; returns whether it did. No stall. */
  skipForward(byMs: number, keepMs: number): boolean {
    const skipMs = Math.min(byMs, this.aheadMs - keepMs);
    if (this.state !== 'playing' || skipMs <= 0) return false;
    this.playheadMs += skipMs;
    this.skips += 1;
    return true;
  }

  /** Says that no more media will come: running dry is then no stall. */
  finish(nowMs: number): void {
    this.advance(nowMs);
    this.#finished = true;
    this.#play(nowMs);
    if (this.state === 'stalled' && this.#behindHoleMs() === null) this.state = 'finished';
  }

  #aheadOf(atMs: number): number {
    let endMs = Number.POSITIVE_INFINITY;
    for (const ranges of this.#tracks.values()) endMs = Math.min(endMs, ranges.endFrom(atMs) ?? atMs);
    return Math.max(0, endMs - atMs);
  }

  #pass(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#clockMs);
    this.#clockMs = Math.max(this.#clockMs, nowMs);
    if (this.state === 'stalled') this.deadAirMs += elapsedMs;
    if (this.state !== 'playing') return;
    const aheadMs = this.aheadMs;
    const wantedMs = elapsedMs * this.rate;
    this.playheadMs += Math.min(aheadMs, wantedMs);
    if (wantedMs <= aheadMs) return;
    this.#runDry((wantedMs - aheadMs) / this.rate);
  }

  /** The buffer was empty so long ago. */
  #runDry(sinceMs: number): void {
    const dryAtMs = this.#clockMs - sinceMs;
    if (this.#finished && this.#behindHoleMs() === null) {
      this.state = 'finished';
      return;
    }
    this.state = 'stalled';
    this.stalls += 1;
    this.#noticeHole(dryAtMs);
    const skipAtMs = this.#skipAtMs ?? Number.POSITIVE_INFINITY;
    this.deadAirMs += Math.min(sinceMs, skipAtMs - dryAtMs);
    if (skipAtMs > this.#clockMs) return;
    const nowMs = this.#clockMs;
    this.#clockMs = skipAtMs;
    this.#skipHole();
    this.advance(nowMs);
  }

  /** Where all tracks have media again, when there is too little at the playhead to play on; null when nowhere. */
  #behindHoleMs(): number | null {
    if (this.aheadMs >= START_AHEAD_MS) return null;
    const starts = [...this.#tracks.values()].flatMap((ranges) => ranges.startsAfter(this.playheadMs));
    return starts.sort((a, b) => a - b).find((startMs) => this.#aheadOf(startMs) > 0) ?? null;
  }

  #noticeHole(nowMs: number): void {
    const isStill = this.state === 'starting' || this.state === 'stalled';
    if (!isStill || this.#behindHoleMs() === null) this.#skipAtMs = null;
    else this.#skipAtMs ??= nowMs + SKIP_AFTER_MS;
  }

  /** Jumps over the hole, at the time of the clock. */
  #skipHole(): void {
    const behindMs = this.#behindHoleMs();
    this.#skipAtMs = null;
    if (behindMs === null) return;
    this.playheadMs = behindMs + Math.min(SKIP_PADDING_MS, this.#aheadOf(behindMs) / 2);
    this.skips += 1;
    this.#play(this.#clockMs);
    this.#noticeHole(this.#clockMs);
  }

  #play(nowMs: number): void {
    if (this.state !== 'starting' && this.state !== 'stalled') return;
    const { aheadMs } = this;
    if (aheadMs <= 0 || (aheadMs < START_AHEAD_MS && !this.#finished)) return;
    this.state = 'playing';
    this.#skipAtMs = null;
    this.startedAtMs ??= nowMs;
  }
}
