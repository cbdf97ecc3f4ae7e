/** An encoder that was fed and gives out nothing for this long is hung; at its start it may take longer. */
const HANG_MS = 2000;
const START_LIMIT_MS = 5000;
/** Each kill in a row doubles these, so many times: an encoder that only lacks CPU gets farther each time. */
const MAX_DOUBLINGS = 3;
/** An encoder that has run this long works: the limits are the first ones again. */
const STEADY_MS = 10_000;

export interface EncoderProgress {
  /** Time since it was started, milliseconds. */
  readonly ranMs: number;
  /** Whether it has given out anything. */
  readonly hasOutput: boolean;
  /** Time since its last frame came out, or since its start. */
  readonly sinceOutputMs: number;
  /** Age of the oldest frame that it was fed and has not given out. */
  readonly lagMs: number;
}

/** Tells an encoder that hangs from one that is starved of CPU, which killing would only starve more. Pure. */
export class HangWatch {
  #doublings = 0;

  /** Whether to kill it now; the next one is then given more time. */
  mustKill({ ranMs, hasOutput, sinceOutputMs, lagMs }: EncoderProgress): boolean {
    if (hasOutput && ranMs > STEADY_MS) this.#doublings = 0;
    const limitMs = (hasOutput ? HANG_MS : START_LIMIT_MS) * 2 ** this.#doublings;
    if (lagMs <= limitMs || sinceOutputMs <= limitMs) return false;
    this.#doublings = Math.min(this.#doublings + 1, MAX_DOUBLINGS);
    return true;
  }
}
