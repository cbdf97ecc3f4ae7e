/** Whether a publisher still sends pictures, and after how long without one it counts as gone. Pure. */

/**
 * After so long without a frame the encoder is ended, before the slate's turn comes: its muxer holds the last frame
 * back, and giving it out takes up to 0.3 s of what players have left. Lower, and every hiccup restarts encoders.
 */
const SILENCE_MS = 500;
/** With frames further apart than this many usual ones the publisher counts as gone, whatever the setting. */
const GONE_FRAMES = 4;

export class SourceSilence {
  /** Usual time between two frames. */
  nominalMs = 33;
  /** Arrival of the last frame, Unix milliseconds. */
  lastFrameMs: number | null = null;
  readonly #slateAfterMs: number;
  #hasLeft = false;

  constructor(slateAfterMs: number) {
    this.#slateAfterMs = slateAfterMs;
  }

  noteFrame(arrivalMs: number): void {
    this.lastFrameMs = arrivalMs;
    this.#hasLeft = false;
  }

  /** The publisher is known to have gone: nothing more is waited for. */
  noteLeft(): void {
    this.#hasLeft = true;
  }

  /** Nothing comes that an encoder could be kept for. */
  isSilent(nowMs: number): boolean {
    if (this.#hasLeft) return true;
    const limitMs = Math.min(this.goneAfterMs, Math.max(SILENCE_MS, this.nominalMs * GONE_FRAMES));
    return this.lastFrameMs !== null && nowMs - this.lastFrameMs > limitMs;
  }

  /** The slate's turn comes when what was written is so far behind. */
  get goneAfterMs(): number {
    return Math.max(this.#slateAfterMs, this.nominalMs * GONE_FRAMES);
  }
}
