/** Tells whether the encoder keeps up with real time, from the age of its oldest unfinished frame. */

/** Behind for this long without a break means that it will not catch up by itself. */
const PATIENCE_MS = 4000;
const STUCK_MS = 3000;

export class LagWatch {
  readonly #limitMs: number;
  #behindSinceMs: number | null = null;
  #lastOutputMs = 0;
  #lagMs = 0;

  /** @param partSec More than one part behind is too much. */
  constructor(partSec: number) {
    this.#limitMs = partSec * 1000;
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  /** Takes the lag as it is now. */
  note(lagMs: number, nowMs: number): void {
    this.#lagMs = lagMs;
    if (lagMs <= this.#limitMs) this.#behindSinceMs = null;
    else this.#behindSinceMs ??= nowMs;
  }

  noteOutput(nowMs: number): void {
    this.#lastOutputMs = nowMs;
  }

  /** A new encoder starts: what was before does not count. */
  restart(nowMs: number): void {
    this.#behindSinceMs = null;
    this.#lagMs = 0;
    this.#lastOutputMs = nowMs;
  }

  get isBehind(): boolean {
    return this.#behindSinceMs !== null;
  }

  /** Behind for so long that something has to go. */
  isLost(nowMs: number): boolean {
    return this.#behindSinceMs !== null && nowMs - this.#behindSinceMs > PATIENCE_MS;
  }

  /** Nothing came out for a while. */
  isStuck(nowMs: number): boolean {
    return nowMs - this.#lastOutputMs > STUCK_MS;
  }
}
