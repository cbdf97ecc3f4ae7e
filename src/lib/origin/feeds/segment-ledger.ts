import type { PartMessage } from '../../feed/message.ts';

/** Whole segments of one track that wait to be compared. */
const MAX_WAITING = 6;

/** A whole segment as one feed has delivered it. */
export interface SegmentRecord {
  readonly track: string;
  readonly msn: number;
  /** Decode time of its first sample, ticks. */
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly frames: number;
  readonly parts: number;
  readonly initId: string;
  /** Unix milliseconds at which its last part came. */
  readonly doneMs: number;
}

/**
 * The whole segments that a feed delivered itself, from the first part on: what a connection replays at its beginning
 * comes from its sender's window and may be another replica's.
 */
export class SegmentLedger {
  readonly #open = new Map<string, SegmentRecord>();
  readonly #waiting = new Map<string, SegmentRecord[]>();
  readonly #newest = new Map<string, number>();

  /** Takes note of a part that came live. */
  note(part: PartMessage, nowMs: number): void {
    this.#newest.set(part.track, part.msn);
    const before = this.#open.get(part.track);
    const follows = before?.msn === part.msn && before.parts === part.part;
    if (!follows && part.part !== 0) {
      this.#open.delete(part.track);
      return;
    }
    const { track, msn, decodeTime, durationTicks, frames, initId } = part;
    const start = follows ? before : { startTicks: decodeTime, durationTicks: 0, frames: 0, parts: 0 };
    const record: SegmentRecord = {
      ...{ track, msn, initId, doneMs: nowMs, startTicks: start.startTicks },
      durationTicks: start.durationTicks + durationTicks,
      frames: start.frames + frames,
      parts: start.parts + 1,
    };
    this.#open.set(track, record);
    if (part.last) this.#close(record);
  }

  /** Whole segments of a track, oldest first. */
  waiting(track: string): readonly SegmentRecord[] {
    return this.#waiting.get(track) ?? [];
  }

  /** Whether nothing more is to be expected of a segment: it is here, or the feed has gone past it. */
  isPast(track: string, msn: number): boolean {
    return (this.#newest.get(track) ?? 0) > msn || this.waiting(track).some((record) => record.msn === msn);
  }

  /** Forgets the segments of a track up to this one. */
  compared(track: string, msn: number): void {
    this.#waiting.set(
      track,
      this.waiting(track).filter((record) => record.msn > msn),
    );
  }

  #close(record: SegmentRecord): void {
    this.#open.delete(record.track);
    this.#waiting.set(record.track, [...this.waiting(record.track), record].slice(-MAX_WAITING));
  }
}
