/** What a late subscriber needs to start at once: the newest headers and the tags since the last key frame. */
import type { FlvTag } from './flv.ts';

/** 10 s of a GOP at 12 Mbit/s. A longer one is not kept: late subscribers wait for the next key frame. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Without video: so much audio. */
const AUDIO_ONLY_MS = 2000;

type HeaderKind = 'metadata' | 'video' | 'audio';
type Headers = Partial<Record<HeaderKind, FlvTag>>;

/** Keeps headers and the newest GOP; bounded in bytes. */
export class GopCache {
  /** The newest headers. */
  #headers: Headers = {};
  /** The headers that held when the first cached tag came: those within the GOP are in its tags. */
  #base: Headers = {};
  #tags: FlvTag[] = [];
  #bytes = 0;
  #seen = { audio: false, video: false };
  /** Nothing is kept until the next key frame: none came yet, or the GOP outgrew its bound. */
  #waitsForKey = false;

  /** Takes the next tag; returns false when it only repeats a header that holds already. */
  add(tag: FlvTag): boolean {
    const kind = headerKind(tag);
    if (kind !== null) {
      const held = this.#headers[kind];
      if (held !== undefined && Buffer.compare(held.data, tag.data) === 0) return false;
      this.#headers = { ...this.#headers, [kind]: tag };
    }
    if (tag.type === 'video' && !this.#seen.video) this.#waitsForKey = true;
    if (tag.type !== 'script') this.#seen = { ...this.#seen, [tag.type]: true };
    if (tag.isKeyFrame) this.#restart();
    this.#append(tag, kind !== null);
    return true;
  }

  /** Forgets the GOP but keeps the headers: the timestamps that follow do not go on from it. */
  clear(): void {
    this.#restart();
    this.#waitsForKey = this.#seen.video;
  }

  /** Tags to send first: headers, stamped as the first tag of the GOP, then the GOP. */
  replay(): FlvTag[] {
    const timestampMs = this.#tags[0]?.timestampMs ?? 0;
    const { metadata, video, audio } = this.#base;
    const headers = [metadata, video, audio].filter((tag) => tag !== undefined);
    return [...headers.map((tag) => ({ ...tag, timestampMs })), ...this.#tags];
  }

  /** The newest metadata and decoder configurations. */
  get headers(): readonly FlvTag[] {
    const { metadata, video, audio } = this.#headers;
    return [metadata, video, audio].filter((tag) => tag !== undefined);
  }

  /** Which tracks the publisher has sent so far. */
  tracks(): { readonly audio: boolean; readonly video: boolean } {
    return this.#seen;
  }

  #restart(): void {
    this.#base = this.#headers;
    this.#tags = [];
    this.#bytes = 0;
    this.#waitsForKey = false;
  }

  #append(tag: FlvTag, isHeader: boolean): void {
    if (this.#tags.length === 0 && isHeader) this.#base = this.#headers;
    if (this.#waitsForKey || (this.#tags.length === 0 && isHeader)) return;
    this.#tags.push(tag);
    this.#bytes += tag.data.length;
    if (!this.#seen.video) this.#dropOldAudio(tag.timestampMs - AUDIO_ONLY_MS);
    if (this.#bytes > MAX_BYTES) this.clear();
  }

  #dropOldAudio(beforeMs: number): void {
    let keep = 0;
    while (keep < this.#tags.length && this.#tags[keep]!.timestampMs < beforeMs) {
      this.#bytes -= this.#tags[keep++]!.data.length;
    }
    if (keep > 0) this.#tags.splice(0, keep);
  }
}

function headerKind(tag: FlvTag): HeaderKind | null {
  if (tag.type === 'script') return 'metadata';
  return tag.isSequenceHeader ? tag.type : null;
}
