/** Tells whether the encoder keeps up with real time, from the age of its oldest unfinished frame. */

/** Behind for this long without a break means that it will not catch up by itself. */
const PATIENCE_MS = 4000;
const NOTICE_MS = 1000;
/** A lag that has shrunk to this is being caught up. */
const CATCHING_UP = 0.75;

export class LagWatch {
  /** The encoder that runs has given out something. */
  hasOutput = false;
  readonly #limitMs: number;
  #behindSinceMs: number | null = null;
  /** Since when, and from which lag on, it has not been catching up. */
  #losing: { sinceMs: number; lagMs: number } | null = null;
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
    if (lagMs <= this.#limitMs) {
      this.#behindSinceMs = null;
      this.#losing = null;
      return;
    }
    this.#behindSinceMs ??= nowMs;
    this.#losing ??= { sinceMs: nowMs, lagMs };
    if (lagMs < this.#losing.lagMs * CATCHING_UP) this.#losing = { sinceMs: nowMs, lagMs };
  }

  noteOutput(nowMs: number): void {
    this.#lastOutputMs = nowMs;
    this.hasOutput = true;
  }

  /** A new encoder starts: what was before does not count. */
  restart(nowMs: number): void {
    this.#behindSinceMs = null;
    this.#losing = null;
    this.#lagMs = 0;
    this.hasOutput = false;
    this.#lastOutputMs = nowMs;
  }

  /** Behind for so long that somebody should know. */
  isBehind(nowMs: number): boolean {
    return this.#behindSinceMs !== null && nowMs - this.#behindSinceMs > NOTICE_MS;
  }

  /** Behind for so long, without catching up, that something has to go. */
  isLost(nowMs: number): boolean {
    return this.#losing !== null && nowMs - this.#losing.sinceMs > PATIENCE_MS;
  }

  /** Time since the last frame came out, or since the start. */
  sinceOutputMs(nowMs: number): number {
    return nowMs - this.#lastOutputMs;
  }
}
