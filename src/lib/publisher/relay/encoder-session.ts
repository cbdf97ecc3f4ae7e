/** What comes from the encoder, with its clock: when RTMP timestamp 0 was, and when that has changed. Pure. */
import { EpochTracker } from '../../media/epoch.ts';
import type { FlvTag } from '../../media/flv.ts';
import { GopCache } from '../../media/gop-cache.ts';

export interface EncoderEvents {
  /** Media time 0 is known: targets may be connected. */
  onClock(epochMs: number): void;
  /** Timestamps broke, or the encoder has lost real time: what follows is another session. */
  onClockLost(): void;
  onTag(tag: FlvTag): void;
}

/** An encoder that comes back within its own clock differs from before by no more than jitter. */
const SAME_CLOCK_MS = 500;
/** Between two tags that belong together there is less. */
const LEAP_MS = 1000;

/** Invariant: between `onClock` and `onClockLost`, timestamps go on and the epoch holds. */
export class EncoderSession {
  #events: EncoderEvents;
  #tracker = new EpochTracker();
  #cache = new GopCache();
  #epochMs: number | null = null;
  /** The epoch before, of this connection or the last one. */
  #earlierMs: number | null;
  #lastTimestampMs = 0;

  constructor(events: EncoderEvents, earlierEpochMs: number | null) {
    this.#events = events;
    this.#earlierMs = earlierEpochMs;
  }

  /** Unix milliseconds, whole; null while it is measured. */
  get epochMs(): number | null {
    return this.#epochMs;
  }

  /** Headers and the tags since the last key frame. */
  replay(): readonly FlvTag[] {
    return this.#cache.replay();
  }

  take(tag: FlvTag, arrivalMs: number): void {
    if (tag.type === 'script' || tag.isSequenceHeader) {
      // A pull that was started again repeats headers with time 0.
      const header = { ...tag, timestampMs: Math.max(tag.timestampMs, this.#lastTimestampMs) };
      if (this.#cache.add(header)) this.#events.onTag(header);
      return;
    }
    const timing = this.#tracker.judge({ arrivalMs, timestampMs: tag.timestampMs, track: tag.type });
    const leapt = Math.abs(tag.timestampMs - this.#lastTimestampMs) > LEAP_MS;
    if (timing === 'jumped' || timing === 'behind') this.#lose(timing, leapt);
    this.#lastTimestampMs = tag.timestampMs;
    this.#cache.add(tag);
    this.#events.onTag(tag);
    if (timing === 'anchored') this.#settle(Math.round(this.#tracker.epochMs!));
  }

  #settle(measuredMs: number): void {
    const earlierMs = this.#earlierMs;
    const same = earlierMs !== null && Math.abs(measuredMs - earlierMs) <= SAME_CLOCK_MS;
    this.#epochMs = same ? earlierMs : measuredMs;
    this.#earlierMs = this.#epochMs;
    this.#events.onClock(this.#epochMs);
  }

  /** One whose clock is a little fast is ahead after hours: then what it sent since the last key frame goes on. */
  #lose(timing: 'jumped' | 'behind', leapt: boolean): void {
    this.#epochMs = null;
    // What was measured while it was late is no clock to come back to.
    if (timing === 'behind') this.#earlierMs = null;
    if (leapt) this.#cache.clear();
    this.#events.onClockLost();
  }
}
