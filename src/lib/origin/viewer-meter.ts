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
  #sinceMs: number | null = null;
  /** Unix milliseconds of the last request; null before the first. */
  lastSeenMs: number | null = null;

  /** Counts a request that stands for `sec` seconds of watching. */
  add(sec: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const slot = second % WINDOW_SEC;
    if (this.#stamps[slot] !== second) {
      this.#stamps[slot] = second;
      this.#seconds[slot] = 0;
    }
    this.#seconds[slot] = this.#seconds[slot]! + sec;
    if (this.lastSeenMs === null || nowMs - this.lastSeenMs > WINDOW_SEC * 1000) this.#sinceMs = nowMs;
    this.lastSeenMs = nowMs;
  }

  count(nowMs: number): number {
    const second = Math.floor(nowMs / 1000);
    let total = 0;
    for (let slot = 0; slot < WINDOW_SEC; slot++) {
      if (second - this.#stamps[slot]! < WINDOW_SEC) total += this.#seconds[slot]!;
    }
    const measuredSec = Math.min(WINDOW_SEC, (nowMs - (this.#sinceMs ?? nowMs)) / 1000 + 0.5);
    return Math.ceil(total / measuredSec - 0.5);
  }
}
