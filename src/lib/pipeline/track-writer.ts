/**
 * Turns one track's samples into parts of the feed.
 *
 * Invariants: decode times are contiguous but where a part says `discontinuity`; the init segment changes only between
 * segments.
 */
import type { PartMessage } from '../feed/message.ts';
import { msnOf } from '../media/grid.ts';
import type { InitSegment } from '../media/init-segment.ts';
import { formatPart } from '../media/part-writer.ts';
import type { Sample } from '../media/sample.ts';
import { type Part, Segmenter, type SegmenterOptions } from '../media/segmenter.ts';
import type { ResumePoint } from './resume-point.ts';

/** A sample and where it is from. */
export interface TrackSample extends Sample {
  readonly slate: boolean;
}

export interface TrackWriterOptions extends SegmenterOptions {
  readonly track: string;
  /** Where an earlier run of the pipeline stopped. */
  readonly resume?: ResumePoint | undefined;
  sendInit(track: string, init: InitSegment): void;
  sendPart(message: PartMessage, body: Buffer): void;
}

export class TrackWriter {
  #options: TrackWriterOptions;
  #segmenter: Segmenter<TrackSample>;
  #init: InitSegment | null = null;
  #initId: string | null = null;
  #sentInits = new Set<string>();
  #end: number | null = null;
  /** The last sample before a break: how long it lasts is known when its successor is. */
  #tail: TrackSample | null = null;
  #discontinuity = false;

  constructor(options: TrackWriterOptions) {
    this.#options = options;
    this.#segmenter = new Segmenter(options);
    if (options.resume === undefined) return;
    this.#segmenter.resume(options.resume);
    this.#end = options.resume.endTicks;
    this.#initId = options.resume.initId;
  }

  /** Where the next sample should start, ticks; null before the first. */
  get frontier(): number | null {
    return this.#tail === null ? this.#end : this.#tail.decodeTime + this.nominalTicks;
  }

  /** Number of the segment that is open or was closed last, with the last sample before a break. */
  get msn(): number | null {
    return this.#tail === null ? this.#segmenter.msn : this.#segmenter.msnFor(this.#tail);
  }

  /** Where that segment began, ticks; null when it is not known. */
  get segmentStart(): number | null {
    const begins = this.#tail !== null && this.msn !== this.#segmenter.msn;
    return begins ? (this.#tail?.decodeTime ?? null) : this.#segmenter.segmentStart;
  }

  get initId(): string | null {
    return this.#initId;
  }

  get nominalTicks(): number {
    return Math.round(this.#options.nominalTicks);
  }

  setNominalTicks(nominalTicks: number): void {
    this.#options = { ...this.#options, nominalTicks };
    this.#segmenter.setNominalTicks(nominalTicks);
  }

  /** Whether a sample here, with this init segment, can follow: contiguous, or in a later segment. */
  canFollow(decodeTime: number, initId: string): boolean {
    const frontier = this.frontier;
    if (frontier === null) return true;
    if (decodeTime < frontier - this.nominalTicks / 2) return false;
    const near = decodeTime <= frontier + this.nominalTicks * 1.5;
    return (near && initId === this.initId) || msnOf(decodeTime, this.#options) > (this.msn ?? 0);
  }

  /** Appends a sample for which `canFollow` holds. */
  push(sample: TrackSample, init: InitSegment): void {
    const settled = this.#settle(sample, init);
    this.#adopt(init);
    this.#append(settled);
  }

  /** Appends the last sample before a break. */
  pushTail(sample: TrackSample, init: InitSegment): void {
    this.#tail = this.#settle(sample, init);
    this.#adopt(init);
  }

  /** Closes the open part and segment: nothing follows soon. */
  flush(): void {
    this.#flushTail(this.nominalTicks);
    for (const part of this.#segmenter.flush()) this.#send(part);
  }

  /** Makes the sample follow what is there: small gaps go into a duration, wide ones are a break. */
  #settle(sample: TrackSample, init: InitSegment): TrackSample {
    const frontier = this.frontier;
    if (frontier === null) return sample;
    const gap = sample.decodeTime - frontier;
    const near = Math.abs(gap) <= this.nominalTicks * 1.5;
    if (!near || this.#changes(init)) {
      this.flush();
      this.#discontinuity = true;
      const mayMove = near && msnOf(frontier, this.#options) > (this.msn ?? 0);
      return mayMove ? { ...sample, decodeTime: frontier, duration: sample.duration + gap } : sample;
    }
    if (this.#tail !== null) {
      this.#flushTail(sample.decodeTime - this.#tail.decodeTime);
      return sample;
    }
    return { ...sample, decodeTime: frontier, duration: sample.duration + gap };
  }

  #changes(init: InitSegment): boolean {
    return this.#initId !== null && this.#initId !== init.initId;
  }

  #adopt(init: InitSegment): void {
    this.#init = init;
    this.#initId = init.initId;
    if (this.#sentInits.has(init.initId)) return;
    this.#sentInits.add(init.initId);
    this.#options.sendInit(this.#options.track, init);
  }

  #flushTail(duration: number): void {
    const tail = this.#tail;
    this.#tail = null;
    if (tail !== null) this.#append({ ...tail, duration });
  }

  #append(sample: TrackSample): void {
    this.#end = sample.decodeTime + sample.duration;
    for (const part of this.#segmenter.push(sample)) this.#send(part);
  }

  #send(part: Part<TrackSample>): void {
    const [first] = part.samples;
    if (first === undefined || this.#init === null) return;
    const message: PartMessage = {
      type: 'part',
      track: this.#options.track,
      msn: part.msn,
      part: part.part,
      decodeTime: first.decodeTime,
      durationTicks: part.durationTicks,
      frames: part.samples.length,
      independent: first.key,
      last: part.last,
      initId: this.#init.initId,
      discontinuity: this.#discontinuity,
      slate: part.samples.some((sample) => sample.slate),
    };
    this.#discontinuity = false;
    this.#options.sendPart(message, formatPart(part, part.samples));
  }
}
