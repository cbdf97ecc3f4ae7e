/** What one ingest node sends of the stream: its last tags, on the wall clock, and whether it delivers. No I/O. */
import { type Fitness, isUnfit, UNKNOWN_FITNESS } from '../media/fitness.ts';
import { parseFitnessTag } from '../media/fitness-tag.ts';
import type { FlvTag } from '../media/flv.ts';
import type { ContributionStart } from './contribution-client.ts';

/** A media tag, where it belongs. */
export interface LineTag {
  readonly tag: FlvTag & { readonly type: 'audio' | 'video' };
  /** Unix milliseconds: epoch plus timestamp, without the 32-bit wrap. */
  readonly atMs: number;
  /** The decoder configuration that holds for it. */
  readonly header: FlvTag | null;
}

/** Tags are kept for so long, and from the key frame before on: another ingest is seldom this far behind or ahead. */
const KEEP_MS = 4000;
/** 10 s at 20 Mbit/s; of a longer group of pictures the end is kept, which can be gone on with but not begun with. */
const MAX_BYTES = 24 * 1024 * 1024;
/** No picture for so long is silence: less than what the slate waits for, more than the jitter of networks. */
const SILENCE_MS = 300;
/** Pictures further apart than usual by this factor are silence, whatever their rate. */
const SILENT_FRAMES = 4;
/** Late by so much: another session with the same media may step in, since that costs nothing. */
const LATE_MS = 150;
const LATE_FRAMES = 3;

/** The tags of one session as one connection brings them, in order. */
export class SourceLine {
  readonly start: ContributionStart;
  /** The connection stands. */
  isOpen = true;
  readonly openedMs: number;
  metadata: FlvTag | null = null;
  hasVideo = false;
  /** Arrival of the last picture, or of the last sound of what has no picture, Unix milliseconds. */
  lastMediaMs: number;
  /** When it last stood still, was cut or began anew; negative infinity for never. */
  troubledMs: number;
  /** What the ingest node saw of its picture and sound. */
  fitness: Fitness = UNKNOWN_FITNESS;
  /** It was black or silent, and has not been seen fit since. */
  #wasUnfit = false;
  #headers: Partial<Record<'audio' | 'video', FlvTag>> = {};
  #tags: LineTag[] = [];
  #bytes = 0;
  #lastTimestampMs: number | null = null;
  #lastPictureAtMs: number | null = null;
  #intervalMs = 0;

  constructor(start: ContributionStart, { nowMs, troubledMs }: { nowMs: number; troubledMs: number }) {
    this.start = start;
    this.openedMs = nowMs;
    this.lastMediaMs = nowMs;
    this.troubledMs = troubledMs;
  }

  get tags(): readonly LineTag[] {
    return this.#tags;
  }

  /** Takes a tag; returns it in its place when it is media. */
  take(tag: FlvTag, nowMs: number): LineTag | null {
    if (tag.type === 'script') this.#takeScript(tag, nowMs);
    else if (tag.isSequenceHeader) this.#headers[tag.type] = tag;
    else return this.#takeMedia(tag as LineTag['tag'], nowMs);
    return null;
  }

  /** Whether pictures came lately. */
  delivers(nowMs: number): boolean {
    return this.isOpen && this.#tags.length > 0 && nowMs - this.lastMediaMs <= this.silenceMs;
  }

  /** Whether its next picture is overdue, though not for so long that it counts as silent. */
  isLate(nowMs: number): boolean {
    return nowMs - this.lastMediaMs > Math.max(LATE_MS, this.#intervalMs * LATE_FRAMES);
  }

  /** Black or silent. */
  get isUnfit(): boolean {
    return isUnfit(this.fitness);
  }

  /** Nothing speaks against it: it was not black or silent, or has been seen fit since. */
  get isSound(): boolean {
    return !this.#wasUnfit && this.fitness.state !== 'doubtful';
  }

  /** So long without a picture means that it does not deliver. */
  get silenceMs(): number {
    return Math.max(SILENCE_MS, this.#intervalMs * SILENT_FRAMES);
  }

  /** Where to begin with it so that nothing after `atMs` is missing: the last key frame before, else the first. */
  tagsToBeginWith(atMs: number): readonly LineTag[] {
    if (!this.hasVideo) return this.#tags;
    const before = this.#tags.findLastIndex((one) => one.tag.isKeyFrame && one.atMs <= atMs);
    const from = before >= 0 ? before : this.#tags.findIndex((one) => one.tag.isKeyFrame);
    return from < 0 ? [] : this.#tags.slice(from);
  }

  #takeScript(tag: FlvTag, nowMs: number): void {
    const fitness = parseFitnessTag(tag.data);
    if (fitness === null) {
      this.metadata = tag;
      return;
    }
    if (this.isUnfit || isUnfit(fitness)) this.troubledMs = nowMs;
    this.fitness = fitness;
    if (fitness.state === 'fit') this.#wasUnfit = false;
    else this.#wasUnfit ||= isUnfit(fitness);
  }

  #takeMedia(tag: LineTag['tag'], nowMs: number): LineTag {
    const atMs = this.start.epochMs + this.#unwrap(tag.timestampMs);
    const placed = { tag, atMs, header: this.#headers[tag.type] ?? null };
    if (tag.type === 'video') this.#notePicture(atMs);
    if (tag.type === 'video' || !this.hasVideo) {
      if (nowMs - this.lastMediaMs > this.silenceMs) this.troubledMs = nowMs;
      this.lastMediaMs = nowMs;
    }
    this.#tags.push(placed);
    this.#bytes += tag.data.length;
    if (tag.isKeyFrame || !this.hasVideo || this.#bytes > MAX_BYTES) this.#prune(atMs - KEEP_MS);
    return placed;
  }

  #unwrap(timestampMs: number): number {
    const last = this.#lastTimestampMs ?? timestampMs;
    this.#lastTimestampMs = last + ((timestampMs - last) | 0);
    return this.#lastTimestampMs;
  }

  #notePicture(atMs: number): void {
    const intervalMs = Math.min(Math.max(atMs - (this.#lastPictureAtMs ?? atMs), 0), 1000);
    this.#intervalMs += (intervalMs - this.#intervalMs) * 0.1;
    this.#lastPictureAtMs = atMs;
    this.hasVideo = true;
  }

  #prune(beforeMs: number): void {
    let keep = this.#tags.findLastIndex(
      (one) => one.atMs <= beforeMs && (one.tag.isKeyFrame || !this.hasVideo),
    );
    keep = Math.max(keep, 0);
    let bytes = this.#bytes;
    for (const { tag } of this.#tags.slice(0, keep)) bytes -= tag.data.length;
    while (bytes > MAX_BYTES) bytes -= this.#tags[keep++]!.tag.data.length;
    this.#tags.splice(0, keep);
    this.#bytes = bytes;
  }
}
