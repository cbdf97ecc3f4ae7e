/** What a player has been given of one rendition, from whichever pathway: by it, an answer is fresh or stale. */
import {
  type Directives,
  lists,
  type PlaylistEdge,
  partsAhead,
  partsOf,
  readPlaylistEdge,
} from './playlist-edge.ts';
import { trimPlaylist } from './trim-playlist.ts';

/**
 * `fresh`: what was asked for. `stale`: an old state of the stream. `past`: the end of an earlier show, worse than no answer,
 * as a player that believes it does not ask again. `malformed`: no media playlist.
 */
export type Freshness = 'fresh' | 'stale' | 'past' | 'malformed';

/** What an answer is worth; of two old ones the one with the higher `edge` is the better. */
export interface Judgement {
  readonly freshness: Freshness;
  readonly edge: number;
}

/** Parts of a segment are fewer than this. */
const MAX_PARTS = 10_000;
/** Servers refuse to wait for more than this (RFC 8216bis section 6.2.5.2). */
const MAX_DUE_SEGMENTS = 3;
/** Part target of a stream of which nothing is known yet. */
const UNKNOWN_PART_SEC = 1;
/** A playlist that is polled stands still when it has not grown for so many of its parts (or segments). */
const STILL_PARTS = 2.5;
/** An end that is so many segments behind is another show's; replicas reach their own end some parts apart. */
const PAST_SEGMENTS = 3;

export class PlaylistMemory {
  /** The farthest edge given to the player. */
  edge: PlaylistEdge | null = null;
  /** When that edge was first seen. */
  advancedAtMs = 0;
  #mediaSequence = 0;
  #last: { readonly text: string; readonly edge: PlaylistEdge | null } = { text: '', edge: null };

  /** Judges an answer by what was asked for and what is known already. */
  judge(text: string, asked: Directives | null, nowMs: number): Judgement {
    const edge = this.#read(text);
    if (edge === null) return { freshness: 'malformed', edge: 0 };
    const place = edge.nextMsn * MAX_PARTS + edge.nextPart;
    if (edge.ended) return { freshness: this.#judgeEnd(edge), edge: place };
    return { freshness: this.#isStale(edge, asked, nowMs) ? 'stale' : 'fresh', edge: place };
  }

  /** An end is the last state there is, unless the player has got further. */
  #judgeEnd(end: PlaylistEdge): Freshness {
    if (this.edge === null || this.edge.ended || partsAhead(end, this.edge) >= 0) return 'fresh';
    return this.edge.nextMsn - end.nextMsn > PAST_SEGMENTS ? 'past' : 'stale';
  }

  #isStale(edge: PlaylistEdge, asked: Directives | null, nowMs: number): boolean {
    if (asked !== null && !lists(edge, asked)) return true;
    if (this.edge === null || this.edge.ended) return false;
    const ahead = partsAhead(edge, this.edge);
    const stillSec = STILL_PARTS * (edge.partTargetSec ?? edge.targetDurationSec);
    return ahead < 0 || (ahead === 0 && nowMs - this.advancedAtMs > stillSec * 1000);
  }

  /** Remembers an answer as given, and returns its text with a media sequence that does not go back. */
  take(text: string, nowMs: number): string {
    const edge = this.#read(text);
    if (edge === null) return text;
    if (this.edge === null || partsAhead(edge, this.edge) > 0) {
      this.edge = edge;
      this.advancedAtMs = nowMs;
    }
    if (edge.nextMsn < this.#mediaSequence) {
      // Nothing of it would be left: the stream began to count anew, on every pathway.
      this.edge = edge;
      this.advancedAtMs = nowMs;
      this.#mediaSequence = 0;
    }
    this.#mediaSequence = Math.max(this.#mediaSequence, edge.mediaSequence);
    return edge.mediaSequence < this.#mediaSequence ? trimPlaylist(text, this.#mediaSequence) : text;
  }

  /** Judged and taken are the same text: it is read once. */
  #read(text: string): PlaylistEdge | null {
    if (this.#last.text !== text) this.#last = { text, edge: readPlaylistEdge(text) };
    return this.#last.edge;
  }

  /** How long the server may rightly take to answer, milliseconds: until what is asked for is made. */
  dueMs(asked: Directives | null, nowMs: number): number {
    if (asked === null) return 0;
    const { edge } = this;
    if (edge === null) return UNKNOWN_PART_SEC * 1000;
    const partMs = 1000 * (edge.partTargetSec ?? edge.targetDurationSec);
    const nextPart = (asked.part ?? partsOf(edge) - 1) + 1;
    const madeAtMs = this.advancedAtMs + partsAhead({ nextMsn: asked.msn, nextPart }, edge) * partMs;
    return Math.max(partMs, Math.min(madeAtMs - nowMs, MAX_DUE_SEGMENTS * 1000 * edge.targetDurationSec));
  }
}

/** The renditions that a player has loaded, by the path of their playlist. */
export class PlaylistMemories {
  readonly #byPath = new Map<string, PlaylistMemory>();

  /** The memory of a playlist; made when it is new. The query does not count. */
  of(path: string): PlaylistMemory {
    const key = path.split('?', 1)[0]!;
    const known = this.#byPath.get(key);
    if (known !== undefined) return known;
    const memory = new PlaylistMemory();
    this.#byPath.set(key, memory);
    return memory;
  }

  /** Paths of the playlists that have grown within this time, newest first. */
  playing(sinceMs: number): string[] {
    return [...this.#byPath]
      .filter(([, { edge, advancedAtMs }]) => edge !== null && advancedAtMs >= sinceMs)
      .sort(([, a], [, b]) => b.advancedAtMs - a.advancedAtMs)
      .map(([path]) => path);
  }
}
