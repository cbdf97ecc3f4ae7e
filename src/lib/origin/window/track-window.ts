/**
 * The window: what an origin holds of one track, from the oldest segment to the newest part.
 *
 * Invariants: media sequence numbers (MSN) are consecutive; only the last segment is unfinished; only the last
 * MEMORY_SEGMENTS segments hold bytes; a segment whose bytes are nowhere any more leaves the window together
 * with everything older. Parts come from any number of feeds: what is known already is passed over, so two feeds
 * of interchangeable replicas may fill one window.
 */
import { MEDIA_EPOCH_SEC, type PartMessage, type SegmentMessage } from '../../feed/message.ts';

/** Segments whose bytes stay in memory; the playlist lists parts of fewer. */
export const MEMORY_SEGMENTS = 8;
/** Playlists keep at least this many segments, whatever the DVR window says. */
const MIN_SEGMENTS = 6;
/** A hole of up to this many segments is listed as gaps; after a longer one the window starts anew. */
const MAX_HOLE = 5;

export interface WindowPart {
  readonly decodeTime: number;
  readonly durationTicks: number;
  readonly frames: number;
  readonly independent: boolean;
  bytes: Uint8Array;
}

export interface WindowSegment {
  readonly msn: number;
  readonly decodeTime: number;
  durationTicks: number;
  readonly initId: string;
  readonly discontinuity: boolean;
  slate: boolean;
  complete: boolean;
  /** No media: stands for a hole in the numbering. */
  readonly gap: boolean;
  /** Frames counted in its parts; 0 when it is known by its description only. */
  frames: number;
  /** Bytes of the whole segment so far. */
  size: number;
  /** Parts whose bytes are in memory; empty for older segments. */
  parts: WindowPart[];
  /** The whole segment while it is in memory. */
  body: Uint8Array | null;
  /** Where the bytes can be had once they have left memory; `pending` while they are being written. */
  stored: 'nowhere' | 'pending' | 'disk' | 'upstream';
}

/** What the window tells its owner, synchronously. */
export interface WindowEvents {
  /** The segment got its last part; its `body` is set. */
  completed(segment: WindowSegment): void;
  /** The segment left the window. */
  dropped(segment: WindowSegment): void;
}

/** Position of a part: the MSN of its segment and its index in it. */
export interface PartPosition {
  readonly msn: number;
  readonly part: number;
}

export class TrackWindow {
  readonly timescale: number;
  readonly #segmentSec: number;
  readonly #events: WindowEvents;
  #segments: WindowSegment[] = [];
  #discontinuitySequence = 0;
  /** Goes up with every change that a playlist shows. */
  version = 0;

  /** `segmentSec` is the distance of the epoch grid. */
  constructor({ timescale, segmentSec }: { timescale: number; segmentSec: number }, events: WindowEvents) {
    this.timescale = timescale;
    this.#segmentSec = segmentSec;
    this.#events = events;
  }

  get segments(): readonly WindowSegment[] {
    return this.#segments;
  }

  /** Discontinuities that have left the window. */
  get discontinuitySequence(): number {
    return this.#discontinuitySequence;
  }

  /** Position of the part that comes next; null while the window is empty. */
  next(): PartPosition | null {
    const last = this.#segments.at(-1);
    if (last === undefined) return null;
    return last.complete ? { msn: last.msn + 1, part: 0 } : { msn: last.msn, part: last.parts.length };
  }

  /** The segment with this MSN. */
  find(msn: number): WindowSegment | undefined {
    const first = this.#segments[0];
    return first === undefined ? undefined : this.#segments[msn - first.msn];
  }

  /** Unix seconds at which the newest part ends; null while the window is empty. */
  endSec(): number | null {
    const last = this.#segments.at(-1);
    return last === undefined ? null : this.unixSec(last.decodeTime + last.durationTicks);
  }

  /** Seconds from the window's start to its end. */
  durationSec(): number {
    const first = this.#segments[0];
    return first === undefined ? 0 : this.endSec()! - this.unixSec(first.decodeTime);
  }

  /** Unix seconds of a decode time. */
  unixSec(decodeTime: number): number {
    return MEDIA_EPOCH_SEC + decodeTime / this.timescale;
  }

  /** Takes a part; returns whether it is new and was added. The bytes are copied. */
  acceptPart(message: PartMessage, bytes: Uint8Array): boolean {
    const last = this.#segments.at(-1);
    const follows = last !== undefined && message.msn === last.msn;
    if (last !== undefined && message.msn < last.msn) return false;
    if (follows) {
      if (last.complete || message.part !== last.parts.length || message.initId !== last.initId) return false;
    } else if (message.part !== 0) return false;
    const segment = follows ? last : this.#begin(message);
    const { decodeTime, durationTicks, frames, independent } = message;
    segment.parts.push({ decodeTime, durationTicks, frames, independent, bytes: Buffer.from(bytes) });
    segment.durationTicks = decodeTime + durationTicks - segment.decodeTime;
    segment.size += bytes.length;
    segment.frames += frames;
    segment.slate ||= message.slate;
    if (message.last) this.#complete(segment);
    this.version += 1;
    return true;
  }

  /** Takes the description of a whole segment that others have; returns whether it was added. */
  acceptSegment(message: SegmentMessage): boolean {
    const last = this.#segments.at(-1);
    if (last !== undefined && (message.msn < last.msn || (message.msn === last.msn && last.complete))) {
      return false;
    }
    if (last?.msn === message.msn) this.#segments.pop();
    const segment = this.#begin(message);
    segment.durationTicks = message.durationTicks;
    segment.size = message.bytes;
    segment.complete = true;
    segment.stored = 'upstream';
    this.#forgetOldBytes();
    this.version += 1;
    return true;
  }

  /** Drops what is older than `dvrSec` before the newest part, keeping at least six segments. */
  prune(dvrSec: number): void {
    const endSec = this.endSec();
    while (this.#segments.length > MIN_SEGMENTS) {
      const first = this.#segments[0]!;
      if (endSec! - this.unixSec(first.decodeTime + first.durationTicks) <= dvrSec) return;
      this.#dropFirst();
    }
  }

  /** Drops segments whose bytes are nowhere, with everything older. */
  dropLost(): void {
    const lost = this.#segments.findLast(
      (segment) => !segment.gap && segment.stored === 'nowhere' && segment.complete && segment.body === null,
    );
    while (lost !== undefined && this.#segments[0]!.msn <= lost.msn) this.#dropFirst();
  }

  /** Drops everything. */
  clear(): void {
    while (this.#segments.length > 0) this.#dropFirst();
  }

  #begin(message: PartMessage | SegmentMessage): WindowSegment {
    const last = this.#segments.at(-1);
    if (last !== undefined && !last.complete) this.#complete(last);
    if (last !== undefined && message.msn - last.msn - 1 > MAX_HOLE) this.clear();
    else if (last !== undefined) this.#fillHole(last, message);
    const segment = newSegment(message, last !== undefined && last.initId !== message.initId);
    this.#segments.push(segment);
    this.#forgetOldBytes();
    return segment;
  }

  /**
   * Gaps lie on the epoch grid, whatever is missing of the segments around them. But where no media is missing,
   * only numbers (copied video with fewer key frames than segments), they share what lies between, maybe nothing.
   */
  #fillHole(last: WindowSegment, next: PartMessage | SegmentMessage): void {
    const holes = next.msn - last.msn - 1;
    const endOfLast = last.decodeTime + last.durationTicks;
    const gridTicks = Math.round(this.#segmentSec * this.timescale);
    const between = Math.max(0, (next.decodeTime - endOfLast) / holes);
    for (let msn = last.msn + 1; msn < next.msn; msn++) {
      const onGrid = Math.round((msn * this.#segmentSec - MEDIA_EPOCH_SEC) * this.timescale);
      const fits = between >= gridTicks;
      const decodeTime = fits ? onGrid : Math.round(endOfLast + (msn - last.msn - 1) * between);
      const start = { msn, decodeTime, initId: last.initId, discontinuity: false, slate: false };
      const gap = newSegment(start, false, true);
      gap.durationTicks = fits ? gridTicks : Math.round(between);
      this.#segments.push(gap);
    }
  }

  #complete(segment: WindowSegment): void {
    const body = Buffer.concat(segment.parts.map((part) => part.bytes));
    let at = 0;
    for (const part of segment.parts) {
      const size = part.bytes.length;
      part.bytes = body.subarray(at, at + size);
      at += size;
    }
    segment.body = body;
    segment.complete = true;
    this.#events.completed(segment);
  }

  #forgetOldBytes(): void {
    for (const old of this.#segments.slice(0, -1 - MEMORY_SEGMENTS)) {
      old.body = null;
      if (old.parts.length > 0) old.parts = [];
    }
    this.dropLost();
  }

  #dropFirst(): void {
    const first = this.#segments.shift()!;
    if (first.discontinuity) this.#discontinuitySequence += 1;
    this.version += 1;
    this.#events.dropped(first);
  }
}

type SegmentStart = Pick<SegmentMessage, 'msn' | 'decodeTime' | 'initId' | 'discontinuity' | 'slate'>;

function newSegment(start: SegmentStart, initChanged: boolean, gap = false): WindowSegment {
  return {
    msn: start.msn,
    decodeTime: start.decodeTime,
    durationTicks: 0,
    initId: start.initId,
    discontinuity: start.discontinuity || initChanged,
    slate: start.slate,
    complete: gap,
    gap,
    frames: 0,
    size: 0,
    parts: [],
    body: null,
    stored: 'nowhere',
  };
}
