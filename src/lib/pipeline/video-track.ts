/** One video rendition: live samples of the encoder's runs, and the slate where there are none. */
import type { SplitEvent } from '../media/fragment-splitter.ts';
import { msnOf, VIDEO_TIMESCALE } from '../media/grid.ts';
import type { InitSegment } from '../media/init-segment.ts';
import type { Sample } from '../media/sample.ts';
import { TrackWriter, type TrackWriterOptions } from './track-writer.ts';

/** A pre-encoded still picture: an init segment, and samples of which the first is a key frame. */
export interface SlateClip {
  readonly init: InitSegment;
  readonly samples: readonly Sample[];
}

export type InitEvent = Extract<SplitEvent, { type: 'init' }>;

export interface VideoTrackOptions extends Omit<TrackWriterOptions, 'timescale'> {
  readonly segmentSec: number;
}

/** A longer hole that no slate is ready for is left as a break. */
const MAX_STAND_IN_SEC = 10;
/** A picture that stands still comes after this share of a part each time. */
const STILL_SHARE = 0.4;

export class VideoTrack {
  readonly writer: TrackWriter;
  readonly #segmentSec: number;
  readonly #partSec: number;
  #clip: SlateClip | null = null;
  /** The run whose samples follow one another here; null between runs and while a new one has not caught on. */
  #run: object | null = null;
  #slate: { msn: number; next: number } | null = null;
  /** The slate stops with this segment, as live with another init segment waits for the next. Ticks. */
  #stopTicks: number | null = null;
  /** The slate stops here and waits: live begins at this time. Ticks. */
  #holdTicks: number | null = null;
  #awaitsSegment = false;
  /** The newest key frame of any run, also one that could not be let in yet: it stands still where nothing else fits. */
  #stillFrame: SlateClip | null = null;

  constructor(options: VideoTrackOptions) {
    this.#segmentSec = options.segmentSec;
    this.#partSec = options.partSec;
    this.writer = new TrackWriter({ ...options, timescale: VIDEO_TIMESCALE });
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

  /** Makes the slate stop at a time at which live begins. */
  holdAt(ticks: number): void {
    this.#holdTicks = ticks;
    this.#awaitsSegment = false;
  }

  /** Makes the slate go on. */
  release(): void {
    this.#holdTicks = null;
    this.#awaitsSegment = false;
  }

  setClip(clip: SlateClip | null): void {
    this.#clip = clip;
    if (this.#slate !== null) this.#slate = { msn: -1, next: 0 };
  }

  /**
   * Takes a run's sample. A run catches on at a key frame that is not older than what was written; samples before are
   * dropped. `isTail`: the run's last sample, with a guessed duration.
   */
  takeLive(run: object, live: { sample: Sample; init: InitSegment; isTail: boolean }): void {
    const { sample, init, isTail } = live;
    if (sample.key) this.#stillFrame = { init, samples: [sample] };
    if (this.#run !== run && !this.#catchOn(sample, init)) {
      if (init.initId === this.writer.initId) this.#awaitSegment();
      return;
    }
    this.#run = run;
    this.#slate = null;
    this.#stopTicks = null;
    this.release();
    const marked = { ...sample, slate: false };
    if (isTail) this.writer.pushTail(marked, init);
    else this.writer.push(marked, init);
  }

  /** The run ended: what comes next has to catch on. */
  runEnded(run: object): void {
    this.#stopTicks = null;
    if (this.#run === run) this.#run = null;
  }

  /** Writes slate up to a time; stops at the hold. Does nothing before the first sample or without a clip. */
  fillWithSlate(untilTicks: number): void {
    const clip = this.#clip;
    const never = Number.POSITIVE_INFINITY;
    const limit = Math.min(untilTicks, this.#holdTicks ?? never, this.#stopTicks ?? never);
    const step = this.writer.nominalTicks;
    for (;;) {
      const at = this.writer.frontier;
      if (clip === null || at === null) return;
      if (at + step > limit) break;
      if (this.writer.canFollow(at, clip.init.initId)) this.#writeSlateFrame(clip, { at, duration: step });
      else if (!this.#standStill(Math.min(untilTicks, this.#nextSegment(at)))) {
        if (!this.#skipToNextSegment(clip, limit)) return;
      } else if (this.writer.frontier === at) return;
    }
    if (this.#stopTicks !== null) this.#standStill(untilTicks);
  }

  /**
   * Where the slate may not begin yet, as its init segment is another, or not go on, as live with another one comes: the
   * newest key frame that fits stands still, a few times a second, up to a time. False when none fits.
   */
  #standStill(untilTicks: number): boolean {
    const still = this.#stillFrame;
    const step = Math.round(this.#partSec * STILL_SHARE * VIDEO_TIMESCALE);
    for (;;) {
      const at = this.writer.frontier as number;
      if (still === null || !this.writer.canFollow(at, still.init.initId)) return false;
      const left = untilTicks - at;
      const next = this.#nextSegment(at) - at;
      const duration = next < step * 1.5 ? next : step;
      if (duration > left) return true;
      this.#writeSlateFrame(still, { at, duration });
    }
  }

  /**
   * Live flows, but behind the slate: the slate stops at the next segment, where the encoder makes a key frame.
   * Otherwise an encoder that stays a little later than the slate would never be let in.
   */
  #awaitSegment(): void {
    const { frontier } = this.writer;
    if (frontier === null || this.#holdTicks !== null) return;
    this.#holdTicks = this.#segmentStart(frontier) + this.#segmentTicks;
    this.#awaitsSegment = true;
  }

  /** Whether the run can begin with this sample; fills the hole before it. */
  #catchOn(sample: Sample, init: InitSegment): boolean {
    const frontier = this.writer.frontier;
    if (!sample.key) return false;
    if (frontier === null) return true;
    if (sample.decodeTime < frontier - this.writer.nominalTicks / 2) return false;
    const isOther = init.initId !== this.writer.initId;
    const ticks = isOther ? this.#segmentStart(sample.decodeTime) : sample.decodeTime;
    // What stands still already with this init segment stands until the run begins.
    const standing = !isOther && this.#stopTicks !== null;
    this.#fillHole(ticks, { init, samples: [sample] }, standing);
    if (isOther) this.#stopTicks = this.#segmentStart(this.writer.frontier as number) + this.#segmentTicks;
    if (!this.writer.canFollow(sample.decodeTime, init.initId)) return false;
    if (isOther) this.#fillHole(sample.decodeTime, { init, samples: [sample] }, true);
    return true;
  }

  /**
   * Slate frames of nominal length, the last one up to half longer or shorter, so that `ticks` follows exactly. Before
   * there is a slate, the key frame that follows stands in, a few times a second.
   */
  #fillHole(ticks: number, next: SlateClip, standing = false): void {
    const slate = standing ? null : this.#clip;
    const clip = slate ?? next;
    const step =
      slate === null ? Math.round(this.#partSec * STILL_SHARE * VIDEO_TIMESCALE) : this.writer.nominalTicks;
    if (slate === null && ticks - (this.writer.frontier as number) > MAX_STAND_IN_SEC * VIDEO_TIMESCALE)
      return;
    for (;;) {
      const at = this.writer.frontier as number;
      const left = ticks - at;
      if (left < this.writer.nominalTicks / 2 || !this.writer.canFollow(at, clip.init.initId)) return;
      this.#writeSlateFrame(clip, { at, duration: left < step * 1.5 ? left : step });
    }
  }

  #writeSlateFrame(clip: SlateClip, place: { at: number; duration: number }): void {
    const msn = msnOf(place.at, { timescale: VIDEO_TIMESCALE, segmentSec: this.#segmentSec });
    const slate = this.#slate?.msn === msn ? this.#slate : { msn, next: 0 };
    const frame = clip.samples[slate.next % clip.samples.length] as Sample;
    this.#slate = { msn, next: slate.next + 1 };
    const sample = { ...frame, decodeTime: place.at, duration: place.duration, slate: true };
    this.writer.push(sample, clip.init);
  }

  /** A slate with an init segment of its own starts with a segment; the time up to it is a break where nothing stands still. */
  #skipToNextSegment(clip: SlateClip, limit: number): boolean {
    const next = this.#nextSegment(this.writer.frontier as number);
    if (next + this.writer.nominalTicks > limit || !this.writer.canFollow(next, clip.init.initId))
      return false;
    this.#writeSlateFrame(clip, { at: next, duration: this.writer.nominalTicks });
    return true;
  }

  get #segmentTicks(): number {
    return this.#segmentSec * VIDEO_TIMESCALE;
  }

  #nextSegment(ticks: number): number {
    return this.#segmentStart(ticks) + this.#segmentTicks;
  }

  #segmentStart(ticks: number): number {
    return Math.floor(ticks / this.#segmentTicks) * this.#segmentTicks;
  }
}
