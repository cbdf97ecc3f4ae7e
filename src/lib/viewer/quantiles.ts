/** Quantiles of many samples in little memory: counts per rounded value. */
export interface QuantileSummary {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export class Quantiles {
  readonly #counts = new Map<number, number>();
  readonly #resolution: number;
  #total = 0;

  /** Samples are rounded to multiples of `resolution`. */
  constructor(resolution: number) {
    this.#resolution = resolution;
  }

  add(value: number): void {
    const bin = Math.round(value / this.#resolution);
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1);
    this.#total += 1;
  }

  /** Nearest-rank quantiles; null when there are no samples. */
  summary(): QuantileSummary {
    const bins = [...this.#counts].sort(([a], [b]) => a - b);
    const at = (quantile: number): number | null => {
      let left = Math.max(1, Math.ceil(quantile * this.#total));
      for (const [bin, count] of bins) {
        left -= count;
        if (left <= 0) return Number((bin * this.#resolution).toFixed(6));
      }
      return null;
    };
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  }
}
