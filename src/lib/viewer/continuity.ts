/** Whether the parts that one viewer got of one track follow one another on the media timeline (pure). */
import type { FragmentTiming } from './fragment-timing.ts';

export class Continuity {
  missingFrames = 0;
  repeatedFrames = 0;
  #nextDecodeTime: number | null = null;
  #mayRepeat = false;

  /** Compares with the part before. Deviations under half a frame are rounding of the encoder's clock. */
  take(timing: FragmentTiming): void {
    const { decodeTime, durationTicks, frames } = timing;
    const frameTicks = frames > 0 ? durationTicks / frames : 0;
    if (this.#nextDecodeTime !== null && frameTicks > 0) {
      const off = Math.round((decodeTime - this.#nextDecodeTime) / frameTicks);
      if (off > 0) this.missingFrames += off;
      else if (!this.#mayRepeat) this.repeatedFrames -= off;
    }
    this.#mayRepeat = false;
    this.#nextDecodeTime = decodeTime + durationTicks;
  }

  /**
   * Counts on from media that ended at this decode time and was had before: the next part may begin sooner, since a player
   * begins anew at a key frame; what it leaves out is missing.
   */
  goOnAfter(decodeTime: number): void {
    this.#nextDecodeTime = decodeTime;
    this.#mayRepeat = true;
  }
}
