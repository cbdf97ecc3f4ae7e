/** What a track keeps of the key frames that came, to fill holes with: the newest one, and where the next one will be. */
import { VIDEO_TIMESCALE } from '../media/grid.ts';
import type { Sample } from '../media/sample.ts';
import type { SlateClip } from './slate-clip.ts';

/** Key frames farther apart than this say nothing of the next one. */
const MAX_DISTANCE_SEC = 10;

export class KeyFrames {
  #newest: SlateClip | null = null;
  #last: { readonly decodeTime: number; readonly initId: string } | null = null;
  /** Time between the last two of one init segment, ticks; null before the second. */
  #distance: number | null = null;

  /** The newest one that is worth showing, as a picture that stands still; null for none. */
  get newest(): SlateClip | null {
    return this.#newest;
  }

  /** Of the newest that came; null before the first. */
  get initId(): string | null {
    return this.#last?.initId ?? null;
  }

  note(sample: Sample, init: SlateClip['init']): void {
    const { initId } = init;
    const ticks = this.#last?.initId === initId ? sample.decodeTime - this.#last.decodeTime : 0;
    this.#distance = ticks > 0 && ticks <= MAX_DISTANCE_SEC * VIDEO_TIMESCALE ? ticks : null;
    this.#last = { decodeTime: sample.decodeTime, initId };
    this.#newest = { init, samples: [sample] };
  }

  /** Another picture has taken its place: what stands still after that is of those that come now. */
  forget(): void {
    this.#newest = null;
  }

  /** Where the next one will be, not before a time, ticks; null when that is not known. */
  next(ticks: number): number | null {
    if (this.#distance === null || this.#last === null) return null;
    const { decodeTime } = this.#last;
    return decodeTime + Math.ceil((ticks - decodeTime) / this.#distance) * this.#distance;
  }
}
