/**
 * What one target is still to be sent. Pure: time comes in as an argument.
 *
 * Invariants: the order of the source is kept; nothing is sent twice over one connection; after whatever was left out
 * media goes on with a key frame (without video: with any frame), behind the headers that hold there; it never holds
 * more than its limits.
 */
import type { FlvTag } from '../../media/flv.ts';

export interface QueueLimits {
  /** How long a tag may wait, milliseconds. Longer spares a slow target drops and costs its viewers latency. */
  readonly maxMs: number;
  readonly maxBytes: number;
}

interface Waiting {
  readonly tag: FlvTag;
  readonly arrivedMs: number;
}

type HeaderKind = 'metadata' | 'video' | 'audio';

export class TargetQueue {
  /** Media tags that were never sent although the target was connected. */
  droppedTags = 0;
  /** How many times media was left out. */
  gaps = 0;
  #limits: QueueLimits;
  #waiting: Waiting[] = [];
  #bytes = 0;
  /** The headers that hold in front of the next tag: they come again when tags in between are left out. */
  #front = new Map<HeaderKind, FlvTag>();
  #hasVideo = false;
  #waitsForKey = false;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Begins a new connection with these tags: headers first, then media from a key frame on. */
  restart(replay: readonly FlvTag[], nowMs: number): void {
    this.#clear();
    this.#front.clear();
    this.#hasVideo = replay.some(({ type }) => type === 'video');
    this.#waitsForKey = this.#hasVideo && !replay.some(({ isKeyFrame }) => isKeyFrame);
    for (const tag of replay) this.#add({ tag, arrivedMs: nowMs });
    this.#keepWithin(nowMs);
  }

  push(tag: FlvTag, nowMs: number): void {
    if (tag.type === 'video') this.#hasVideo = true;
    this.#add({ tag, arrivedMs: nowMs });
    this.#keepWithin(nowMs);
  }

  /** Takes the next tag to send; null when there is none. */
  shift(): FlvTag | null {
    const next = this.#waiting.shift();
    if (next === undefined) return null;
    this.#bytes -= next.tag.data.length;
    this.#note(next.tag);
    return next.tag;
  }

  /** How long the tag that is to be sent next has waited; 0 when none does. */
  behindMs(nowMs: number): number {
    return Math.max(0, nowMs - (this.#waiting[0]?.arrivedMs ?? nowMs));
  }

  #add(entry: Waiting): void {
    const { tag, arrivedMs } = entry;
    const kind = headerKind(tag);
    if (kind !== null) {
      // It comes with the key frame.
      if (this.#waitsForKey) {
        this.#note(tag);
        return;
      }
    } else if (this.#waitsForKey) {
      if (!tag.isKeyFrame && this.#hasVideo) {
        this.droppedTags += 1;
        return;
      }
      this.#waitsForKey = false;
      for (const header of this.#headersAt(tag)) this.#append({ tag: header, arrivedMs });
    }
    this.#append(entry);
  }

  #append(entry: Waiting): void {
    this.#waiting.push(entry);
    this.#bytes += entry.tag.data.length;
  }

  #keepWithin(nowMs: number): void {
    if (this.#fits(this.#waiting, nowMs)) return;
    const rest = this.#waiting;
    const from = rest.findLastIndex(({ tag }) => tag.isKeyFrame);
    const kept = from > 0 && this.#fits(rest.slice(from), nowMs) ? rest.slice(from) : [];
    const lost = rest.slice(0, rest.length - kept.length);
    this.droppedTags += lost.filter(({ tag }) => headerKind(tag) === null).length;
    this.gaps += 1;
    this.#clear();
    this.#waitsForKey = true;
    for (const { tag } of lost) this.#note(tag);
    for (const entry of kept) this.#add(entry);
  }

  #note(tag: FlvTag): void {
    const kind = headerKind(tag);
    if (kind !== null) this.#front.set(kind, tag);
  }

  #fits(waiting: readonly Waiting[], nowMs: number): boolean {
    const [first] = waiting;
    if (first === undefined) return true;
    const bytes = waiting === this.#waiting ? this.#bytes : sumBytes(waiting);
    return nowMs - first.arrivedMs <= this.#limits.maxMs && bytes <= this.#limits.maxBytes;
  }

  #headersAt({ timestampMs }: FlvTag): FlvTag[] {
    const order = ['metadata', 'video', 'audio'] as const;
    const held = order.map((kind) => this.#front.get(kind)).filter((tag) => tag !== undefined);
    return held.map((tag) => ({ ...tag, timestampMs }));
  }

  #clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }
}

function sumBytes(waiting: readonly Waiting[]): number {
  return waiting.reduce((sum, { tag }) => sum + tag.data.length, 0);
}

function headerKind(tag: FlvTag): HeaderKind | null {
  if (tag.type === 'script') return 'metadata';
  return tag.isSequenceHeader ? tag.type : null;
}
