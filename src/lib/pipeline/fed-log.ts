/** What was given to the encoders lately: to find out whether another ingest brings the very same. No I/O. */
import type { FlvTag } from '../media/flv.ts';
import type { LineTag, SourceLine } from './source-line.ts';

type MediaType = LineTag['tag']['type'];
const TYPES: readonly MediaType[] = ['video', 'audio'];

const KEEP_MS = 5000;
/** Looking for what is too old is not worth a search each tag. */
const PRUNE_EVERY = 256;
/** A track without anything for so long has ended: there is nothing to compare. */
const ENDED_MS = 3000;
/** Timestamps are whole milliseconds; epochs may have a fraction. */
const SAME_TIME_MS = 0.5;

export class FedLog {
  #tags: LineTag[] = [];
  #last: Partial<Record<MediaType, LineTag>> = {};

  add(placed: LineTag): void {
    this.#tags.push(placed);
    this.#last[placed.tag.type] = placed;
    if (this.#tags.length % PRUNE_EVERY !== 0) return;
    const keep = this.#tags.findIndex(({ atMs }) => atMs > placed.atMs - KEEP_MS);
    this.#tags.splice(0, Math.max(keep, 0));
  }

  last(type: MediaType): LineTag | null {
    return this.#last[type] ?? null;
  }

  clear(): void {
    this.#tags = [];
    this.#last = {};
  }

  /**
   * Whether a line brings what was fed: of each track the line's newest tag that is not newer than what was fed last is
   * there, at the same time and with the same bytes. Going on behind what was fed then loses and repeats nothing.
   */
  isContinuedBy(line: SourceLine): boolean {
    const lasts = TYPES.flatMap((type) => this.#last[type] ?? []);
    const newestMs = Math.max(...lasts.map(({ atMs }) => atMs));
    const fed = lasts.filter(({ atMs }) => atMs > newestMs - ENDED_MS);
    return fed.length > 0 && fed.every((last) => this.#isIn(line, last));
  }

  #isIn(line: SourceLine, last: LineTag): boolean {
    const { type } = last.tag;
    const newest = line.tags.findLast((one) => one.tag.type === type && one.atMs <= last.atMs + SAME_TIME_MS);
    if (newest === undefined) return false;
    const own = this.#tags.findLast((one) => one.tag.type === type && isAt(one, newest.atMs));
    return own !== undefined && isEqual(own.tag, newest.tag) && isEqual(own.header, newest.header);
  }
}

/** Whether a tag is at a time, as far as timestamps can tell. */
export function isAt({ atMs }: LineTag, otherMs: number): boolean {
  return Math.abs(atMs - otherMs) < SAME_TIME_MS;
}

/** Whether two tags, if any, have the same bytes. */
export function isEqual(one: FlvTag | null, other: FlvTag | null): boolean {
  if (one === other) return true;
  return one !== null && other !== null && Buffer.compare(one.data, other.data) === 0;
}
