/**
 * What one pipeline has sent on its connection: its own segments, tracks and init segments.
 *
 * The window does not tell this: while a relay brings the same stream it passes over what it has already, yet whoever
 * moves a stream here must know what the new pipeline makes before anybody depends on it.
 */
import { createHash } from 'node:crypto';
import { type FeedMessage, MEDIA_EPOCH_SEC, type PartMessage, type TrackInfo } from '../../feed/message.ts';
import type { PipelineMarks, SegmentMark } from '../../health/report.ts';

const KEPT_SEGMENTS = 6;
/** Media that ends so long ago is a replay, whenever it arrives. */
const OLD_MEDIA_SEC = 10;
/** Parts later than this many part targets after the last are late. */
const LATE_PARTS = 1.5;

export class PipelineLog {
  #partSec = 0;
  #tracks: readonly TrackInfo[] = [];
  /** By track: the init segment of its newest part. */
  readonly #initIds = new Map<string, string>();
  #segments: SegmentMark[] = [];
  #open: (SegmentMark & { readonly nextPart: number }) | null = null;
  #lastMsn: number | null = null;
  #lastPart: { readonly arrivedMs: number; readonly endSec: number } | null = null;

  /** Takes note of a message that arrived now. */
  note(message: FeedMessage, nowMs: number): void {
    if (message.type === 'hello') this.#partSec = message.partSec;
    else if (message.type === 'tracks') this.#tracks = message.tracks;
    else if (message.type === 'part') this.#notePart(message, nowMs);
  }

  /** What it amounts to now. */
  marks(nowMs: number): PipelineMarks {
    return {
      fresh: this.#isFresh(nowMs),
      tracks: this.#formatTracks(),
      segments: this.#segments,
      lastMsn: this.#lastMsn,
    };
  }

  #notePart(part: PartMessage, nowMs: number): void {
    this.#initIds.set(part.track, part.initId);
    const first = this.#tracks.find(({ kind }) => kind === 'video') ?? this.#tracks[0];
    if (first?.id !== part.track) return;
    this.#lastMsn = part.msn;
    const endSec = MEDIA_EPOCH_SEC + (part.decodeTime + part.durationTicks) / first.timescale;
    this.#lastPart = { arrivedMs: nowMs, endSec };
    const { msn, frames } = part;
    if (part.part === 0) this.#open = { msn, startTicks: part.decodeTime, frames, nextPart: 1 };
    else if (this.#open?.msn === msn && this.#open.nextPart === part.part) {
      this.#open = { ...this.#open, frames: this.#open.frames + frames, nextPart: part.part + 1 };
    } else this.#open = null;
    if (part.last && this.#open !== null) this.#close(this.#open);
  }

  #close({ msn, startTicks, frames }: SegmentMark): void {
    this.#segments = [...this.#segments, { msn, startTicks, frames }].slice(-KEPT_SEGMENTS);
    this.#open = null;
  }

  #isFresh(nowMs: number): boolean {
    if (this.#lastPart === null) return false;
    const { arrivedMs, endSec } = this.#lastPart;
    return nowMs - arrivedMs <= LATE_PARTS * 1000 * this.#partSec && nowMs / 1000 - endSec <= OLD_MEDIA_SEC;
  }

  /** Empty before the first part of every track: half a stream can stand for nothing. */
  #formatTracks(): Record<string, string> {
    if (this.#tracks.some(({ id }) => !this.#initIds.has(id))) return {};
    return Object.fromEntries(
      this.#tracks.map(({ id, kind, codecs, timescale }) => {
        const text = [codecs, timescale, this.#initIds.get(id)].join(' ');
        return [id, `${kind} ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`];
      }),
    );
  }
}
