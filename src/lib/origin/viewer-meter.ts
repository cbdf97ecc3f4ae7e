import { SlidingSum } from './sliding-sum.ts';

/** Length of the measurement, seconds. */
const WINDOW_SEC = 10;

/**
 * Estimates how many viewers watch, in constant memory and whatever proxies are between: a player asks for the
 * playlist of its video once a part (blocking reload) or once a target duration, so each such request stands for
 * that many seconds of one viewer's time. Time that viewers spent over the last ten seconds, by ten.
 */
export class ViewerMeter {
  readonly #watchedSec = new SlidingSum(WINDOW_SEC);
  readonly #joined = new SlidingSum(WINDOW_SEC);
  /** When counting began, after a pause or ever. */
  #sinceMs = 0;
  #countedMs = Number.NEGATIVE_INFINITY;
  #seenMs: number | null = null;

  /** Unix milliseconds of the last sign of a viewer; null before the first. */
  get lastSeenMs(): number | null {
    return this.#seenMs;
  }

  /** Takes note of a viewer without counting one. */
  see(nowMs: number): void {
    this.#seenMs = nowMs;
  }

  /** Counts a request that stands for `sec` seconds of watching. */
  add(sec: number, nowMs: number): void {
    this.#watchedSec.add(sec, nowMs);
    if (nowMs - this.#countedMs > WINDOW_SEC * 1000) this.#sinceMs = nowMs;
    this.#countedMs = nowMs;
    this.see(nowMs);
  }

  /** Counts somebody who begins to watch. */
  join(nowMs: number): void {
    this.#joined.add(1, nowMs);
  }

  /**
   * How many watch, those who have just begun counted whole: of the last ten seconds one who came four seconds ago has
   * watched four.
   */
  expected(nowMs: number): number {
    const missing = this.#joined.sum(nowMs, (ageSec) => 1 - ageSec / WINDOW_SEC);
    return Math.round(this.#watchedSec.sum(nowMs) / WINDOW_SEC + missing);
  }

  count(nowMs: number): number {
    const measuredSec = Math.min(WINDOW_SEC, (nowMs - this.#sinceMs) / 1000 + 0.5);
    return Math.max(0, Math.ceil(this.#watchedSec.sum(nowMs) / measuredSec - 0.5));
  }
}
