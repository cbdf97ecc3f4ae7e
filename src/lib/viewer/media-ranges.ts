/** What of a track's media is buffered: times from and to, with holes between (pure). Milliseconds of media. */

export interface Range {
  startMs: number;
  endMs: number;
}

/** Holes up to this are played over, as browsers do. */
export const HOLE_TOLERANCE_MS = 50;

export class MediaRanges {
  #ranges: Range[] = [];

  /** Takes media; what it touches becomes one range. */
  add({ startMs, endMs }: Range): void {
    const merged = { startMs, endMs };
    const apart = this.#ranges.filter((range) => {
      if (range.endMs + HOLE_TOLERANCE_MS < startMs || range.startMs > endMs + HOLE_TOLERANCE_MS) return true;
      merged.startMs = Math.min(merged.startMs, range.startMs);
      merged.endMs = Math.max(merged.endMs, range.endMs);
      return false;
    });
    this.#ranges = [...apart, merged].sort((a, b) => a.startMs - b.startMs);
  }

  clear(): void {
    this.#ranges = [];
  }

  /** Forgets what has been played. */
  dropBefore(atMs: number): void {
    if (this.#ranges.length > 1) this.#ranges = this.#ranges.filter(({ endMs }) => endMs >= atMs);
  }

  /** Where the media that can be played from a time ends; null when there is none at it. */
  endFrom(atMs: number): number | null {
    const range = this.#ranges.find(
      ({ startMs, endMs }) => startMs <= atMs + HOLE_TOLERANCE_MS && atMs < endMs,
    );
    return range?.endMs ?? null;
  }

  /** Starts of the ranges that begin after a time, earliest first. */
  startsAfter(atMs: number): number[] {
    return this.#ranges.map(({ startMs }) => startMs).filter((startMs) => startMs > atMs + HOLE_TOLERANCE_MS);
  }
}
