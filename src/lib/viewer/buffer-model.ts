/**
 * The media buffer of a player, without media (pure): two tracks, a playhead that moves with the clock, stalls.
 *
 * Times of media are milliseconds on the media timeline, times of the clock are wall milliseconds; the clock is
 * an argument, so a stall is dated exactly however seldom the model is asked.
 */
export type TrackKind = 'video' | 'audio';

/** `starting`: never played yet. `stalled`: played, and has nothing to play (dead air). */
export type PlayState = 'starting' | 'playing' | 'stalled' | 'finished';

interface Range {
  startMs: number;
  endMs: number;
}

/** Gaps up to this are played over, as browsers do. */
const GAP_TOLERANCE_MS = 50;
/**
 * Playing (re)starts with so much ahead: Chromium's audio renderer fills a queue of 200 ms first. Lower, and a start at
 * a segment's short last part runs dry at once; higher, and every start is later.
 */
const START_AHEAD_MS = 200;

export class BufferModel {
  /** Media milliseconds. */
  playheadMs: number;
  state: PlayState = 'starting';
  stalls = 0;
  skips = 0;
  deadAirMs = 0;
  /** Clock milliseconds of the first frame shown. */
  startedAtMs: number | null = null;
  rate = 1;
  readonly #tracks = new Map<TrackKind, Range | null>();
  #clockMs: number;
  #finished = false;

  constructor(options: {
    readonly playFromMs: number;
    readonly tracks: readonly TrackKind[];
    readonly nowMs: number;
  }) {
    this.playheadMs = options.playFromMs;
    this.#clockMs = options.nowMs;
    for (const track of options.tracks) this.#tracks.set(track, null);
  }

  /** Milliseconds of media after the playhead that every track has. */
  get aheadMs(): number {
    let endMs = Number.POSITIVE_INFINITY;
    for (const range of this.#tracks.values()) {
      if (range === null || range.startMs > this.playheadMs + GAP_TOLERANCE_MS) return 0;
      endMs = Math.min(endMs, range.endMs);
    }
    return Math.max(0, endMs - this.playheadMs);
  }

  /** Moves the playhead to now; a stall begins at the instant at which the buffer was empty. */
  advance(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#clockMs);
    this.#clockMs = Math.max(this.#clockMs, nowMs);
    if (this.state === 'stalled') this.deadAirMs += elapsedMs;
    if (this.state !== 'playing') return;
    const aheadMs = this.aheadMs;
    const wantedMs = elapsedMs * this.rate;
    this.playheadMs += Math.min(aheadMs, wantedMs);
    if (wantedMs <= aheadMs) return;
    if (this.#finished) {
      this.state = 'finished';
      return;
    }
    this.state = 'stalled';
    this.stalls += 1;
    this.deadAirMs += (wantedMs - aheadMs) / this.rate;
  }

  /** Takes media of one track, [startMs, endMs), at a time of the clock. Playing (re)starts when both have enough. */
  append(track: TrackKind, media: Range, nowMs: number): void {
    this.advance(nowMs);
    const range = this.#tracks.get(track) ?? null;
    const continues =
      range !== null && media.startMs <= range.endMs + GAP_TOLERANCE_MS && media.endMs >= range.startMs;
    if (continues) range.endMs = Math.max(range.endMs, media.endMs);
    else this.#tracks.set(track, { ...media });
    this.#play(nowMs);
  }

  /** Continues elsewhere, with an empty buffer; a player that was playing is stalled until media comes. */
  seek(playFromMs: number, nowMs: number): void {
    this.advance(nowMs);
    this.playheadMs = playFromMs;
    for (const track of this.#tracks.keys()) this.#tracks.set(track, null);
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
    if (this.state === 'stalled') this.state = 'finished';
  }

  #play(nowMs: number): void {
    if (this.state !== 'starting' && this.state !== 'stalled') return;
    const { aheadMs } = this;
    if (aheadMs <= 0 || (aheadMs < START_AHEAD_MS && !this.#finished)) return;
    this.state = 'playing';
    this.startedAtMs ??= nowMs;
  }
}
