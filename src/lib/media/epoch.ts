/**
 * When media time 0 was, and whether a publisher still keeps to it. Pure arithmetic over arrivals.
 *
 * A packet can arrive late but not early, so the least `arrival − timestamp` is nearest to the truth.
 */

export interface Arrival {
  /** Unix milliseconds, fraction allowed. */
  readonly arrivalMs: number;
  /** RTMP timestamp. */
  readonly timestampMs: number;
  /** Timestamps are compared within a track: encoders interleave tracks loosely. */
  readonly track: string;
}

/** Packets are observed for so long; longer is surer, and delays the start of every stream. */
export const EPOCH_WINDOW_MS = 200;
/** A publisher this far behind its own clock is late, not jittery. */
const BEHIND_MS = 2000;
/** Late for so long: it does not catch up. A shorter time would break streams that do. */
const BEHIND_FOR_MS = 3000;
/** No network delivers before the moment of capture: timestamps so far ahead have jumped. */
const AHEAD_MS = 2000;
/**
 * So far ahead is of the future, also a moment after an epoch was measured. Nearer, it may be what piled up at a publisher that
 * had just connected: the epoch was measured too late then, and is measured anew when it may be.
 */
const FUTURE_AHEAD_MS = 5000;
const BACK_MS = 1000;
/** A publisher that sends faster than real time would open sessions without end. */
const REANCHOR_INTERVAL_MS = 5000;
/** What a publisher says of its epoch is believed when it is this near to what was measured. */
const BELIEVED_MS = 10_000;
/** RTMP timestamps begin anew after so long: the epoch of those in use may be so many milliseconds later. */
const TIMESTAMP_WRAP_MS = 2 ** 32;

/** Returns the epoch, Unix milliseconds; null without arrivals. */
export function measureEpoch(arrivals: readonly Pick<Arrival, 'arrivalMs' | 'timestampMs'>[]): number | null {
  if (arrivals.length === 0) return null;
  return Math.min(...arrivals.map((arrival) => arrival.arrivalMs - arrival.timestampMs));
}

/**
 * `measuring`: no epoch yet. `refined`: how late the media comes is known better. `jumped`: timestamps broke. `behind`: the
 * publisher lost real time for good. `ahead`: this packet is of the future, and must not be passed on.
 */
export type Timing = 'measuring' | 'anchored' | 'refined' | 'fine' | 'jumped' | 'behind' | 'ahead';

export interface EpochStart {
  /** Goes on with this epoch; null measures one. */
  readonly epochMs?: number | null;
  /** How much later the publisher's media comes than that epoch says. Default 0. */
  readonly skewMs?: number;
  /** What the publisher says that its epoch is. */
  readonly saidMs?: number | null;
}

/** Anchors one publish session and watches that it keeps to its anchor. */
export class EpochTracker {
  epochMs: number | null;
  /** How much later the media comes than the epoch says, when the epoch was not measured here: no lag by itself. */
  skewMs: number;
  /** The epoch is what the publisher said. */
  isSaid = false;
  #saidMs: number | null;
  #window: Arrival[] = [];
  #last = new Map<string, number>();
  #behindSinceMs: number | null = null;
  #anchoredMs = Number.NEGATIVE_INFINITY;
  /** Until then the skew of a said epoch is measured. */
  #refiningUntilMs: number | null = null;
  #skewBeforeMs = 0;

  constructor({ epochMs = null, skewMs = 0, saidMs = null }: EpochStart = {}) {
    this.epochMs = epochMs;
    this.skewMs = skewMs;
    this.#saidMs = saidMs;
  }

  /** Takes another epoch in place of the one measured: the one of the same clock elsewhere. */
  adopt(epochMs: number): void {
    if (this.epochMs === null) return;
    this.skewMs += this.epochMs - epochMs;
    this.epochMs = epochMs;
  }

  /** Takes a media packet. After `jumped` or `behind` the epoch is null and is measured anew from this packet. */
  judge(arrival: Arrival): Timing {
    const back = arrival.timestampMs < (this.#last.get(arrival.track) ?? 0) - BACK_MS;
    const timing = this.#judge(arrival, back);
    // What comes behind one of the future has not gone back.
    if (timing !== 'ahead') this.#last.set(arrival.track, arrival.timestampMs);
    return timing;
  }

  #judge(arrival: Arrival, back: boolean): Timing {
    if (this.epochMs === null) return this.#measure(arrival, back);
    if (this.#refiningUntilMs !== null && !back) return this.#refine(arrival, this.#refiningUntilMs);
    const lagMs = arrival.arrivalMs - this.epochMs - this.skewMs - arrival.timestampMs;
    if (back) return this.#restart(arrival, 'jumped');
    const mayRestart = arrival.arrivalMs - this.#anchoredMs >= REANCHOR_INTERVAL_MS;
    if (lagMs < -AHEAD_MS && mayRestart) return this.#restart(arrival, 'jumped');
    if (lagMs < -FUTURE_AHEAD_MS) return 'ahead';
    this.#behindSinceMs = lagMs > BEHIND_MS ? (this.#behindSinceMs ?? arrival.arrivalMs) : null;
    if (!mayRestart) return 'fine';
    const behindForMs = arrival.arrivalMs - (this.#behindSinceMs ?? arrival.arrivalMs);
    return behindForMs > BEHIND_FOR_MS ? this.#restart(arrival, 'behind') : 'fine';
  }

  #measure(arrival: Arrival, back: boolean): Timing {
    if (back) this.#window = [];
    this.#window.push(arrival);
    if (this.#window.length === 1 && this.#takeSaid(arrival)) return 'anchored';
    if (arrival.arrivalMs - this.#window[0]!.arrivalMs < EPOCH_WINDOW_MS) return 'measuring';
    this.epochMs = measureEpoch(this.#window);
    this.#window = [];
    this.#believe();
    return 'anchored';
  }

  /** What is said and may be believed needs no measuring: only how late the media comes is not known yet. */
  #takeSaid(arrival: Arrival): boolean {
    this.epochMs = measureEpoch([arrival]);
    this.#believe();
    if (!this.isSaid) {
      this.epochMs = null;
      return false;
    }
    this.#window = [];
    this.#refiningUntilMs = arrival.arrivalMs + EPOCH_WINDOW_MS;
    this.#skewBeforeMs = this.skewMs;
    return true;
  }

  /** The first packets may be old ones, sent at once: the least delayed says how late the media comes. */
  #refine({ arrivalMs, timestampMs }: Arrival, untilMs: number): Timing {
    const skewMs = arrivalMs - timestampMs - this.epochMs!;
    if (skewMs < -BELIEVED_MS - AHEAD_MS) return 'ahead';
    this.skewMs = Math.min(this.skewMs, skewMs);
    if (arrivalMs < untilMs) return 'fine';
    this.#refiningUntilMs = null;
    return this.skewMs < this.#skewBeforeMs ? 'refined' : 'fine';
  }

  #believe(): void {
    if (this.epochMs === null || this.#saidMs === null) return;
    const wraps = Math.round((this.epochMs - this.#saidMs) / TIMESTAMP_WRAP_MS);
    const saidMs = this.#saidMs + wraps * TIMESTAMP_WRAP_MS;
    this.isSaid = Math.abs(this.epochMs - saidMs) <= BELIEVED_MS;
    if (this.isSaid) this.adopt(saidMs);
  }

  #restart(arrival: Arrival, why: 'jumped' | 'behind'): Timing {
    this.epochMs = null;
    this.skewMs = 0;
    // It was said of timestamps that are no more.
    this.#saidMs = null;
    this.isSaid = false;
    this.#refiningUntilMs = null;
    this.#behindSinceMs = null;
    this.#anchoredMs = arrival.arrivalMs;
    this.#last = new Map([[arrival.track, arrival.timestampMs]]);
    this.#window = [arrival];
    return why;
  }
}
