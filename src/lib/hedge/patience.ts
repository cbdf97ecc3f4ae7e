export interface PatienceOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Without a vain hedge for this long, the slack is a step lower. */
  readonly calmMs: number;
}

const GROWTH = 1.5;
/** Late answers one after the other that are no accident; twice as many after each hedge of theirs that was in vain. */
const IN_A_ROW = 2;

/**
 * How long a late answer is waited for: longer where asking elsewhere has been for nothing, as on a slow network. But not where
 * one answer after the other is late: two late answers for each part are more than a player near live has in its buffer.
 */
export class Patience {
  readonly #options: PatienceOptions;
  #steps = 0;
  /** Hedges in vain of late answers in a row. */
  #vain = 0;
  #changedAtMs = 0;
  #lateInRow = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  slackMs(nowMs: number): number {
    const { baseMs, maxMs } = this.#options;
    return this.#isLatePathway(nowMs)
      ? baseMs
      : Math.min(maxMs, baseMs * GROWTH ** this.#calmed(this.#steps, nowMs));
  }

  /** The pathway in use answered by itself, after so long, what it had when it was asked. */
  answered(afterMs: number): void {
    this.#lateInRow = afterMs > this.#options.baseMs ? this.#lateInRow + 1 : 0;
  }

  /** Another pathway is in use: how the one before answered says nothing of it. */
  moved(): void {
    this.#lateInRow = 0;
  }

  /** A late answer came after all, and before the other one. */
  wasted(nowMs: number): void {
    const { baseMs, maxMs } = this.#options;
    const steps = this.#calmed(this.#steps, nowMs);
    const vain = this.#calmed(this.#vain, nowMs) + (this.#isLatePathway(nowMs) ? 1 : 0);
    this.#steps = steps + (baseMs * GROWTH ** steps >= maxMs ? 0 : 1);
    this.#vain = vain;
    this.#changedAtMs = nowMs;
    this.#lateInRow = 0;
  }

  #isLatePathway(nowMs: number): boolean {
    return this.#lateInRow >= IN_A_ROW * 2 ** this.#calmed(this.#vain, nowMs);
  }

  #calmed(steps: number, nowMs: number): number {
    return Math.max(0, steps - Math.floor((nowMs - this.#changedAtMs) / this.#options.calmMs));
  }
}
