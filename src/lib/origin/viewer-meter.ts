/** Length of the measurement, seconds. */
const WINDOW_SEC = 10;

/**
 * Estimates how many viewers watch, in constant memory and whatever proxies are between: a player asks for the
 * playlist of its video once a part (blocking reload) or once a target duration, so each such request stands for
 * that many seconds of one viewer's time. Time that viewers spent over the last ten seconds, by ten.
 */
export class ViewerMeter {
  readonly #seconds = new Float64Array(WINDOW_SEC);
  readonly #stamps = new Float64Array(WINDOW_SEC);
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
    const second = Math.floor(nowMs / 1000);
    const slot = second % WINDOW_SEC;
    if (this.#stamps[slot] !== second) {
      this.#stamps[slot] = second;
      this.#seconds[slot] = 0;
    }
    this.#seconds[slot] = this.#seconds[slot]! + sec;
    if (nowMs - this.#countedMs > WINDOW_SEC * 1000) this.#sinceMs = nowMs;
    this.#countedMs = nowMs;
    this.see(nowMs);
  }

  count(nowMs: number): number {
    const second = Math.floor(nowMs / 1000);
    let total = 0;
    for (let slot = 0; slot < WINDOW_SEC; slot++) {
      if (second - this.#stamps[slot]! < WINDOW_SEC) total += this.#seconds[slot]!;
    }
    const measuredSec = Math.min(WINDOW_SEC, (nowMs - this.#sinceMs) / 1000 + 0.5);
    return Math.max(0, Math.ceil(total / measuredSec - 0.5));
  }
}
