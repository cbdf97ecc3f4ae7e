/** A sum over the last so many seconds, in constant memory. Pure. */
export class SlidingSum {
  readonly #sums: Float64Array;
  readonly #stamps: Float64Array;

  constructor(windowSec: number) {
    this.#sums = new Float64Array(windowSec);
    this.#stamps = new Float64Array(windowSec);
  }

  add(value: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const slot = second % this.#sums.length;
    if (this.#stamps[slot] !== second) {
      this.#stamps[slot] = second;
      this.#sums[slot] = 0;
    }
    this.#sums[slot] = this.#sums[slot]! + value;
  }

  /** The sum, each second's share weighed by its age in whole seconds; 1 unless told. */
  sum(nowMs: number, weigh: (ageSec: number) => number = () => 1): number {
    const second = Math.floor(nowMs / 1000);
    let total = 0;
    for (let slot = 0; slot < this.#sums.length; slot++) {
      const ageSec = second - this.#stamps[slot]!;
      if (ageSec < this.#sums.length) total += this.#sums[slot]! * weigh(ageSec);
    }
    return total;
  }
}
