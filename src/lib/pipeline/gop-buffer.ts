/** The source's recent frames, from a key frame on: what a new encoder needs to go on where the last one stopped. */
import type { SourceFrame } from './publish-session.ts';

const MAX_BYTES = 48 * 1024 * 1024;

/** Invariant: empty, or it starts with a key frame and has no hole. */
export class GopBuffer {
  #frames: SourceFrame[] = [];
  #bytes = 0;

  get frames(): readonly SourceFrame[] {
    return this.#frames;
  }

  /** Adds the next frame; frames before the first key frame are not kept. */
  add(frame: SourceFrame): void {
    if (this.#frames.length === 0 && !frame.key) return;
    this.#frames.push(frame);
    this.#bytes += frame.data.length;
    if (this.#bytes > MAX_BYTES) this.#dropFirstGop();
  }

  /** Drops the groups of pictures that are not needed to decode from `ticks` on. */
  dropBefore(ticks: number): void {
    for (;;) {
      const next = this.#frames.findIndex((frame, i) => i > 0 && frame.key);
      const nextKey = this.#frames[next];
      if (next < 0 || nextKey === undefined || nextKey.presentationTicks > ticks) return;
      this.#drop(next);
    }
  }

  /** The earliest frame in presentation at or after `ticks` that can be decoded, or null. */
  firstFrom(ticks: number): SourceFrame | null {
    const from = Math.max(ticks, this.#frames[0]?.presentationTicks ?? 0);
    let best: SourceFrame | null = null;
    for (const frame of this.#frames) {
      if (frame.presentationTicks < from) continue;
      if (best === null || frame.presentationTicks < best.presentationTicks) best = frame;
    }
    return best;
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }

  #dropFirstGop(): void {
    const next = this.#frames.findIndex((frame, i) => i > 0 && frame.key);
    this.#drop(next < 0 ? this.#frames.length : next);
  }

  #drop(count: number): void {
    for (const frame of this.#frames.splice(0, count)) this.#bytes -= frame.data.length;
  }
}
