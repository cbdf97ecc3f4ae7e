/**
 * One video rendition: live samples of the encoder's runs, and where there are none what fills the hole (hole-filling.ts).
 */
import { type EarlyKeys, nextEarlyKey } from '../media/early-keys.ts';
import type { SplitEvent } from '../media/fragment-splitter.ts';
import { VIDEO_TIMESCALE } from '../media/grid.ts';
import type { InitSegment } from '../media/init-segment.ts';
import type { Sample } from '../media/sample.ts';
import { type Filling, HoleFilling } from './hole-filling.ts';
import type { SlateClip } from './slate-clip.ts';
import { TrackWriter, type TrackWriterOptions } from './track-writer.ts';

export type InitEvent = Extract<SplitEvent, { type: 'init' }>;

export interface VideoTrackOptions extends Omit<TrackWriterOptions, 'timescale'> {
  readonly segmentSec: number;
}

/** A sample of a run, with its init segment. */
interface RunSample {
  readonly run: object;
  readonly sample: Sample;
  readonly init: InitSegment;
}

export class VideoTrack {
  readonly writer: TrackWriter;
  readonly #filling: HoleFilling;
  /** The run whose samples follow one another here; null between runs and while a new one has not caught on. */
  #run: object | null = null;
  #slate: { readonly clip: SlateClip; readonly start: number; readonly next: number } | null = null;
  /** The slate stops here and waits: live begins at this time. Ticks. */
  #holdTicks: number | null = null;
  #awaitsSegment = false;
  /** The coded frame that was written last; null when it was none of the source's. */
  #last: Uint8Array | null;
  /** The newest sample of a run that has not caught on. */
  #passed: RunSample | null = null;
  /** Where the run that is awaited makes key frames beside those of segments. */
  #earlyKeys: EarlyKeys | null = null;

  constructor(options: VideoTrackOptions) {
    this.#last = options.resume?.lastSample ?? null;
    this.writer = new TrackWriter({ ...options, timescale: VIDEO_TIMESCALE });
    this.#filling = new HoleFilling(this.writer, options);
  }

  /** Whether what was written last is slate. */
  get inSlate(): boolean {
    return this.#slate !== null;
  }

  /** Whether live samples flow. */
  get isLive(): boolean {
    return this.#run !== null;
  }

  /** Whether the slate waits for the key frame that begins the next segment. */
  get awaitsSegment(): boolean {
    return this.#awaitsSegment;
  }

  /** Makes the slate stop at a time at which live begins; live that misses it takes over at an early key frame. */
  holdAt(ticks: number, earlyKeys: EarlyKeys | null = null): void {
    this.#holdTicks = ticks;
    this.#awaitsSegment = false;
    this.#earlyKeys = earlyKeys;
  }

  /** Makes the slate go on. */
  release(): void {
    this.#holdTicks = null;
    this.#awaitsSegment = false;
  }

  setClip(clip: SlateClip | null): void {
    this.#filling.clip = clip;
  }

  /**
   * Takes a run's sample. A run catches on at a key frame that is not older than what was written, or right behind the
   * very frame that was written last; samples before are dropped. `isTail`: the run's last sample, with a guessed duration.
   */
  takeLive(run: object, live: { sample: Sample; init: InitSegment; isTail: boolean }): void {
    const { sample, init, isTail } = live;
    const mayWrite = this.#run === run || this.#catchOn({ run, sample, init });
    if (sample.key) this.#filling.keys.note(sample, init);
    if (!mayWrite) {
      this.#passed = { run, sample, init };
      if (init.initId === this.writer.initId) this.#awaitLive(sample);
      return;
    }
    this.#run = run;
    this.#slate = null;
    this.#filling.stopTicks = null;
    this.#passed = null;
    this.#last = sample.data;
    this.release();
    const marked = { ...sample, slate: false };
    if (isTail) this.writer.pushTail(marked, init);
    else this.writer.push(marked, init);
  }

  /** The run ended: what comes next has to catch on. */
  runEnded(run: object): void {
    this.#filling.stopTicks = null;
    if (this.#run === run) this.#run = null;
  }

  /** Writes slate up to a time; stops at the hold. Does nothing before the first sample or without a clip. */
  fillWithSlate(untilTicks: number): void {
    this.#fill(untilTicks, this.#holdTicks ?? Number.POSITIVE_INFINITY);
  }

  /** Fills up to a time; `end`: where live begins, as far as that is known. */
  #fill(untilTicks: number, end: number): void {
    for (;;) {
      const { initId } = this.writer;
      const filling = this.#filling.choose(end);
      if (filling === null || !this.#writeNext(filling, untilTicks)) return;
      const begins = filling.clip === this.#filling.clip && filling.clip.init.initId !== initId;
      if (begins) this.#filling.keys.forget();
    }
  }

  /** Writes a frame of what fills; false when none can be written yet, or none is left to be. */
  #writeNext(filling: Filling, until: number): boolean {
    const duration = this.#filling.durationOf(filling, until);
    if (duration !== null) this.#writeSlateFrame(filling.clip, { at: filling.at, duration });
    return duration !== null;
  }

  /**
   * Live flows, but behind the slate: the slate stops where the encoder makes its next key frame (an early one, else that of
   * the next segment), and what stands still of a source that is not encoded stops where its next key frame will be.
   * Otherwise a run that stays a little later than the slate would never be let in.
   */
  #awaitLive({ key, decodeTime }: Sample): void {
    const { frontier, nominalTicks } = this.writer;
    const isStill = this.#filling.stopTicks !== null;
    // A key frame that came and was too late: the next one is awaited.
    if (frontier === null || (this.#holdTicks !== null && !(key && isStill))) return;
    const from = Math.max(frontier - nominalTicks / 2, decodeTime + 1);
    const early = isStill || this.#earlyKeys === null ? null : nextEarlyKey(from, this.#earlyKeys);
    const ticks =
      early ?? (isStill ? this.#filling.keys.next(frontier) : this.#filling.nextSegment(frontier));
    if (ticks === null) return;
    this.#holdTicks = ticks;
    this.#awaitsSegment = early === null;
  }

  /** Whether the run can begin with this sample; fills the hole before it. */
  #catchOn(begin: RunSample): boolean {
    const { sample, init } = begin;
    const { frontier, nominalTicks, initId } = this.writer;
    if (!sample.key) return this.#goesOn(begin);
    if (frontier === null) return true;
    const isOther = init.initId !== initId;
    if (sample.decodeTime < frontier - nominalTicks / 2) {
      // Too late for this segment; from the next on its key frame stands still, with its init segment.
      if (isOther) this.#stopSlate();
      return false;
    }
    const start = this.#filling.takeOver(sample.decodeTime);
    if (isOther) this.#fill(start, start);
    else this.#standInUntil(begin, frontier);
    if (this.writer.canFollow(sample.decodeTime, init.initId)) {
      if (isOther) this.#standInUntil(begin, start);
      return true;
    }
    if (isOther) this.#stopSlate();
    return false;
  }

  #stopSlate(): void {
    if (this.#filling.stopTicks === null) this.release();
    this.#filling.stopSlate();
  }

  /** Whether what is no key frame can follow, as it may of a copied source: right behind the very frame that was written last. */
  #goesOn({ run, sample, init }: RunSample): boolean {
    const { frontier, nominalTicks, initId } = this.writer;
    if (frontier === null || this.#last === null || this.#passed?.run !== run) return false;
    if (init.initId !== initId || Math.abs(sample.decodeTime - frontier) > nominalTicks / 2) return false;
    return Buffer.compare(this.#passed.sample.data, this.#last) === 0;
  }

  /** Fills up to the key frame with which a run begins, from `from` at the soonest. */
  #standInUntil(begin: RunSample, from: number): void {
    for (;;) {
      const filling = this.#filling.chooseBefore(begin, from);
      if (filling === null || !this.#writeNext(filling, begin.sample.decodeTime)) return;
    }
  }

  #writeSlateFrame(clip: SlateClip, place: { at: number; duration: number }): void {
    const opensSegment = this.#filling.opensSegment(place.at);
    const start = this.#filling.segmentStart(place.at);
    const goesOn = this.#slate?.start === start && this.#slate.clip === clip;
    const next = goesOn ? (this.#slate?.next ?? 0) : 0;
    const frame = clip.samples[next % clip.samples.length] as Sample;
    this.#slate = { clip, start, next: next + 1 };
    this.#last = null;
    const sample = { ...frame, decodeTime: place.at, duration: place.duration, slate: true, opensSegment };
    this.writer.push(sample, clip.init);
  }
}
