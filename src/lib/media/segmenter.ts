/**
 * Cuts one track's samples into parts and segments on the epoch grid.
 *
 * Rules: a part closes before it would be longer than the part target; as soon as one more frame of nominal length
 * cannot fit, so that nothing waits for that frame; every part but a segment's last is at least 85 % of the target,
 * as long as no single frame is longer than 15 % of it. A segment closes at the first sample of the next media sequence
 * number. With `boundaries: 'key'` (video that is not re-encoded) it closes at the first key frame there, or without
 * one before it is 0.45 s too long or a number would be left out.
 *
 * Invariants: the cuts depend on the samples of the segment alone, so replicas agree from the first segment that both
 * have whole; numbers never go back; samples must be contiguous.
 */
import { msnOf } from './grid.ts';
import type { Sample } from './sample.ts';

export interface SegmenterOptions {
  readonly timescale: number;
  readonly segmentSec: number;
  readonly partSec: number;
  /** Usual duration of a sample in ticks. */
  readonly nominalTicks: number;
  readonly boundaries: 'grid' | 'key';
}

export interface Part<S extends Sample = Sample> {
  readonly msn: number;
  readonly part: number;
  readonly samples: readonly S[];
  readonly durationTicks: number;
  /** The segment's last part. */
  readonly last: boolean;
}

const LEAST_FILL = 0.85;
/** Timestamps are whole milliseconds: a frame may be up to this much shorter than its nominal duration. */
const JITTER_SEC = 0.0015;
const KEY_WAIT_SEC = 0.45;

/** Takes samples in order and returns parts as they close. */
export class Segmenter<S extends Sample = Sample> {
  #options: SegmenterOptions;
  #msn: number | null = null;
  #part = 0;
  #samples: S[] = [];
  #ticks = 0;
  #segmentClosed = false;
  #segmentStart: number | null = null;

  constructor(options: SegmenterOptions) {
    this.#options = options;
  }

  /** Number of the segment that is open; null before the first sample. */
  get msn(): number | null {
    return this.#msn;
  }

  /** Number of the segment that a sample belongs to which comes next. */
  msnFor(sample: S): number {
    const msn = msnOf(sample.decodeTime, this.#options);
    if (this.#msn === null) return msn;
    const starts = this.#segmentClosed || this.#startsSegment(sample, msn);
    return starts ? Math.max(msn, this.#msn + 1) : this.#msn;
  }

  /** Decode time with which the segment began that is open or was closed last, ticks; null when it is not known. */
  get segmentStart(): number | null {
    return this.#segmentStart;
  }

  /** Changes the nominal duration from the next sample on (the source's frame rate changed). */
  setNominalTicks(nominalTicks: number): void {
    this.#options = { ...this.#options, nominalTicks };
  }

  /** Goes on after a part that an earlier run made, of a segment that began at `startTicks`. Only before the first sample. */
  resume(after: {
    readonly msn: number;
    readonly part: number;
    readonly last: boolean;
    readonly startTicks?: number | undefined;
  }): void {
    this.#segmentStart = after.startTicks ?? null;
    this.#msn = after.msn;
    this.#part = after.last ? 0 : after.part + 1;
    this.#segmentClosed = after.last;
  }

  /** Takes the next sample; returns the parts, none to two, that it closed. */
  push(sample: S): Part<S>[] {
    const parts: Part<S>[] = [];
    const msn = this.msnFor(sample);
    if (this.#msn !== null && msn > this.#msn) {
      parts.push(...this.flush());
      this.#segmentClosed = false;
      this.#part = 0;
    }
    this.#msn = msn;
    const target = this.#options.partSec * this.#options.timescale;
    if (this.#samples.length > 0 && this.#ticks + sample.duration > target) parts.push(this.#close(false));
    if (this.#segmentStart === null || (this.#part === 0 && this.#samples.length === 0))
      this.#segmentStart = sample.decodeTime;
    this.#samples.push(sample);
    this.#ticks += sample.duration;
    const end = sample.decodeTime + sample.duration;
    const crossing = msnOf(end, this.#options) > this.#msn;
    if (crossing && this.#options.boundaries === 'grid') parts.push(...this.flush());
    else if (!crossing && this.#isFull(target)) parts.push(this.#close(false));
    return parts;
  }

  /** Closes the segment here; the next sample starts another. Returns its last part, if it is still open. */
  flush(): Part<S>[] {
    return this.#samples.length === 0 ? [] : [this.#close(true)];
  }

  #startsSegment(sample: S, msn: number): boolean {
    const open = this.#msn as number;
    if (msn <= open) return false;
    if (this.#options.boundaries === 'grid' || (sample.key && sample.opensSegment !== false)) return true;
    const { timescale, segmentSec } = this.#options;
    const end = sample.decodeTime + sample.duration;
    const isLong = end - (this.#segmentStart ?? end) > (segmentSec + KEY_WAIT_SEC) * timescale;
    return isLong || msnOf(end, this.#options) > open + 1;
  }

  #isFull(target: number): boolean {
    const next = this.#options.nominalTicks - JITTER_SEC * this.#options.timescale;
    return this.#ticks >= target * LEAST_FILL && this.#ticks + next > target;
  }

  #close(last: boolean): Part<S> {
    const part = {
      msn: this.#msn as number,
      part: this.#part,
      samples: this.#samples,
      durationTicks: this.#ticks,
      last,
    };
    this.#segmentClosed = last;
    this.#part = last ? 0 : this.#part + 1;
    this.#samples = [];
    this.#ticks = 0;
    return part;
  }
}
