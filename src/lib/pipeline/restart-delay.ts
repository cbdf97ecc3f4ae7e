/** When a process that crashed may start again: at once, then after longer and longer waits while it keeps crashing. */

const DELAYS_MS = [0, 200, 1000, 3000];
/** A process that ran this long starts over with no wait. */
const STEADY_MS = 10_000;

export class RestartDelay {
  #crashes = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Records a crash. */
  note(nowMs: number): void {
    this.#crashes = nowMs - this.#lastMs > STEADY_MS ? 0 : this.#crashes + 1;
    this.#lastMs = nowMs;
  }

  allows(nowMs: number): boolean {
    const delayMs = DELAYS_MS[Math.min(this.#crashes, DELAYS_MS.length - 1)] as number;
    return nowMs - this.#lastMs >= delayMs;
  }
}
