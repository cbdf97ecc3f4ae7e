/** A token bucket: how many hedges a player may send, so that a region in trouble does not double another's load. */
export class HedgeBudget {
  readonly #capacity: number;
  readonly #perSec: number;
  #tokens: number;
  #readAtMs: number | null = null;

  constructor(options: { readonly capacity: number; readonly perSec: number }) {
    this.#capacity = options.capacity;
    this.#perSec = options.perSec;
    this.#tokens = options.capacity;
  }

  /** One that was taken was not used. */
  giveBack(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + 1);
  }

  /** Takes one when more than `reserve` are left; returns whether it did. */
  take(nowMs: number, reserve: number): boolean {
    const elapsedSec = Math.max(0, nowMs - (this.#readAtMs ?? nowMs)) / 1000;
    this.#readAtMs = Math.max(nowMs, this.#readAtMs ?? nowMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + elapsedSec * this.#perSec);
    if (this.#tokens - 1 < reserve) return false;
    this.#tokens -= 1;
    return true;
  }
}
