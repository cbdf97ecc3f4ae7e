export interface PatienceOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Without a vain hedge for this long, the slack is a step lower. */
  readonly calmMs: number;
}

const GROWTH = 1.5;

/** How long a late answer is waited for: longer where asking elsewhere has been for nothing, as on a slow network. */
export class Patience {
  readonly #options: PatienceOptions;
  #steps = 0;
  #changedAtMs = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  slackMs(nowMs: number): number {
    const { baseMs, maxMs } = this.#options;
    return Math.min(maxMs, baseMs * GROWTH ** this.#stepsAt(nowMs));
  }

  /** A late answer came after all, and before the other one. */
  wasted(nowMs: number): void {
    const isHighest = this.slackMs(nowMs) >= this.#options.maxMs;
    this.#steps = this.#stepsAt(nowMs) + (isHighest ? 0 : 1);
    this.#changedAtMs = nowMs;
  }

  #stepsAt(nowMs: number): number {
    return Math.max(0, this.#steps - Math.floor((nowMs - this.#changedAtMs) / this.#options.calmMs));
  }
}
