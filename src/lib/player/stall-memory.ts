/**
 * How much farther from live a player stays because it stalled (pure). hls.js adds a step to its target with each stall
 * and never takes one back: a browser that stumbled a few times at its start would be seconds late for the evening.
 */

/** Without a stall for this long, a step is taken back. */
const CALM_MS = 20_000;
/** Doubled, up to this, when the player stalls again soon after that: then it needed the step. */
const MAX_CALM_MS = 640_000;

export class StallMemory {
  readonly #maxSteps: number;
  #steps = 0;
  #calmMs = CALM_MS;
  /** Of the last stall or step back. */
  #changedAtMs = 0;
  #wentBack = false;

  /** `maxSteps`: more are never added. */
  constructor(maxSteps: number) {
    this.#maxSteps = maxSteps;
  }

  stalled(nowMs: number): void {
    const steps = this.steps(nowMs);
    const isRelapse = this.#wentBack && nowMs - this.#changedAtMs < this.#calmMs;
    this.#calmMs = isRelapse ? Math.min(2 * this.#calmMs, MAX_CALM_MS) : this.#calmMs;
    this.#steps = Math.min(this.#maxSteps, steps + 1);
    this.#changedAtMs = nowMs;
    this.#wentBack = false;
  }

  /** Steps to be added to the target now. */
  steps(nowMs: number): number {
    const calmTimes = Math.floor((nowMs - this.#changedAtMs) / this.#calmMs);
    const back = Math.min(this.#steps, calmTimes);
    if (back > 0) {
      this.#steps -= back;
      this.#changedAtMs += back * this.#calmMs;
      this.#wentBack = true;
    }
    return this.#steps;
  }
}
