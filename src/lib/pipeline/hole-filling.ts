/**
 * Chooses what fills a hole of a video track: the slate, or a key frame that stands still where a slate with another init
 * segment may not begin or go on. Writes nothing.
 *
 * Segments go on meanwhile: on the grid, or of a source that is copied as its own key frames would have begun them, so that
 * the picture can come back at any of these without a segment that is too long or begins without a key frame.
 *
 * Invariant: the choice depends on the samples around the hole, on the grid and on how far it is filled, so that replicas
 * which saw the same make the same, whenever they make it.
 */
import { BOUNDARY_SLACK_SEC, VIDEO_TIMESCALE } from '../media/grid.ts';
import type { InitSegment } from '../media/init-segment.ts';
import type { Sample } from '../media/sample.ts';
import type { SegmenterOptions } from '../media/segmenter.ts';
import { KeyFrames } from './key-frames.ts';
import { nextDuration } from './next-duration.ts';
import type { SlateClip } from './slate-clip.ts';
import type { TrackWriter } from './track-writer.ts';

/** A picture that is repeated from `at` to `end`, ticks. */
export interface Filling {
  readonly clip: SlateClip;
  readonly at: number;
  /** Infinite when it is not known. */
  readonly end: number;
}

export interface HoleFillingOptions extends Pick<SegmenterOptions, 'boundaries'> {
  readonly segmentSec: number;
  readonly partSec: number;
}

/** A longer hole that no slate is ready for is left as a break. */
const MAX_STAND_IN_SEC = 10;
/** A picture that stands still comes after this share of a part each time. */
const STILL_SHARE = 0.4;

export class HoleFilling {
  /** Of any run, also those that could not be let in: one stands still where nothing else fits. */
  readonly keys = new KeyFrames();
  /** The slate; null while there is none. */
  clip: SlateClip | null = null;
  /** The slate ends here, with its segment: what live with another init segment brings stands still from then on. Ticks. */
  stopTicks: number | null = null;
  readonly #writer: TrackWriter;
  readonly #boundaries: SegmenterOptions['boundaries'];
  readonly #segmentTicks: number;
  readonly #stillTicks: number;

  constructor(writer: TrackWriter, { boundaries, segmentSec, partSec }: HoleFillingOptions) {
    this.#writer = writer;
    this.#boundaries = boundaries;
    this.#segmentTicks = segmentSec * VIDEO_TIMESCALE;
    this.#stillTicks = Math.round(partSec * STILL_SHARE * VIDEO_TIMESCALE);
  }

  /**
   * The slate where it may follow what was written, until it is to stop. Else the newest key frame, up to where the slate may
   * begin: beyond that only while live is about to come (`end`), as it could not follow a slate. Null when nothing fits.
   */
  choose(end: number): Filling | null {
    const { frontier, nominalTicks, initId } = this.#writer;
    if (frontier === null) return null;
    const [clip, still, stop] = [this.clip, this.keys.newest, this.stopTicks];
    if (stop !== null && (clip === null || frontier > stop - nominalTicks / 2)) {
      const at = Math.max(frontier, stop);
      return still !== null && this.#mayFollow(still, at) ? this.#standing(still, at, end) : null;
    }
    if (clip === null) return null;
    const slateEnd = Math.min(this.#slateEnd(clip, frontier, end), stop ?? Number.POSITIVE_INFINITY);
    const isStill = still?.init.initId === initId && clip.init.initId !== initId;
    const awaitsLive = isStill && Number.isFinite(end);
    if (this.#mayFollow(clip, frontier) && !awaitsLive) return { clip, at: frontier, end: slateEnd };
    if (still !== null && this.#mayFollow(still, frontier)) return this.#standing(still, frontier, end);
    // Nothing fits before the next segment: a break.
    const next = this.nextSegment(frontier);
    return this.#mayFollow(clip, next) ? { clip, at: next, end: slateEnd } : null;
  }

  /**
   * What stands in from what was written, or from `from`, up to the key frame with which live begins: a slate of its init
   * segment, else the key frame before, or this one. Null when nothing fits.
   */
  chooseBefore(
    { sample, init }: { readonly sample: Sample; readonly init: InitSegment },
    from: number,
  ): Filling | null {
    const frontier = this.#writer.frontier as number;
    const at = Math.max(frontier, from);
    const end = sample.decodeTime;
    const isLong = end - frontier > MAX_STAND_IN_SEC * VIDEO_TIMESCALE;
    if ((this.clip === null && isLong) || !this.#writer.canFollow(at, init.initId)) return null;
    const fits = (clip: SlateClip | null): clip is SlateClip => clip?.init.initId === init.initId;
    if (fits(this.clip) && this.stopTicks === null) return { clip: this.clip, at, end };
    const still = fits(this.keys.newest) ? this.keys.newest : { init, samples: [sample] };
    return this.#standing(still, at, end);
  }

  /** How long the next frame of a filling lasts when it may be written up to a time; null when none can be yet. */
  durationOf({ clip, at, end }: Filling, until: number): number | null {
    const { nominalTicks } = this.#writer;
    const step = clip === this.clip ? nominalTicks : this.#stillTicks;
    return nextDuration({ at, until, end, step, least: nominalTicks / 2 });
  }

  /** Makes the slate end with the segment that it is in. */
  stopSlate(): void {
    const frontier = this.#writer.frontier as number;
    const start = this.segmentStart(frontier);
    this.stopTicks ??=
      start >= frontier - this.#slackTicks && this.#opens(start) ? start : this.nextSegment(frontier);
  }

  /** Where live with another init segment that begins with this key frame can take over from the slate at the soonest, ticks. */
  takeOver(keyTicks: number): number {
    const start = this.segmentStart(keyTicks);
    return this.#opens(start) ? start : keyTicks;
  }

  /** Whether a segment begins with what is written at a time. */
  opensSegment(ticks: number): boolean {
    return this.#boundaries === 'grid' || this.#opens(this.segmentStart(ticks));
  }

  segmentStart(ticks: number): number {
    const origin = this.#originTicks;
    return origin + Math.floor((ticks - origin + this.#slackTicks) / this.#segmentTicks) * this.#segmentTicks;
  }

  nextSegment(ticks: number): number {
    return this.segmentStart(ticks) + this.#segmentTicks;
  }

  /** Segments of a copied source are as long as others, but begin where its key frames do. */
  get #originTicks(): number {
    return this.#boundaries === 'grid' ? 0 : (this.#writer.segmentStart ?? 0);
  }

  /** Key frames of a source do not come to the tick. */
  get #slackTicks(): number {
    const gridTicks = BOUNDARY_SLACK_SEC * VIDEO_TIMESCALE;
    return this.#boundaries === 'grid' ? gridTicks : this.#writer.nominalTicks / 2;
  }

  /** Whether a start of a segment is that of another one than what was written last is in. */
  #opens(start: number): boolean {
    return this.#writer.segmentStart === null || start > this.#writer.segmentStart;
  }

  /**
   * Live with another init segment needs a segment of its own: the slate waits where that may begin. In one that the slate has
   * begun it cannot come any more, and takes the next. Else the slate's own segments are as long as others, whatever the frame rate.
   */
  #slateEnd(clip: SlateClip, frontier: number, end: number): number {
    const isSame = this.keys.initId === null || this.keys.initId === clip.init.initId;
    if (!Number.isFinite(end)) return this.#boundaries === 'grid' ? end : this.nextSegment(frontier);
    if (isSame) return end;
    const start = this.takeOver(end);
    const isInTime = frontier <= start && this.#writer.canFollow(start, this.keys.initId as string);
    return isInTime ? start : this.nextSegment(end);
  }

  /** A picture that stands still is cut at segments, as something else may begin there. */
  #standing(clip: SlateClip, at: number, end: number): Filling {
    return { clip, at, end: Math.min(end, this.nextSegment(at)) };
  }

  #mayFollow({ init }: SlateClip, at: number): boolean {
    const { initId } = this.#writer;
    if (!this.#writer.canFollow(at, init.initId)) return false;
    return init.initId === initId || initId === null || this.opensSegment(at);
  }
}
