/**
 * What a player gets next, from a media playlist and its place in it (pure).
 *
 * Parts where the playlist lists them, whole segments farther back, and a blocking reload (RFC 8216bis section
 * 6.2.5.2) when the next part is not listed yet.
 */
import type { MediaPlaylist, PlaylistSegment } from '../hls/media-playlist.ts';

/** The next part a player needs; part 0 of a segment without parts means the whole segment. */
export interface Cursor {
  readonly msn: number;
  readonly part: number;
}

/** One file to get and the place after it. */
export interface MediaFetch {
  readonly kind: 'media';
  readonly uri: string;
  readonly mapUri: string | null;
  /** Unix milliseconds of its first sample, by EXT-X-PROGRAM-DATE-TIME; null when the playlist has none. */
  readonly startsAtMs: number | null;
  readonly next: Cursor;
}

export type NextFetch =
  | MediaFetch
  | { readonly kind: 'reload'; readonly cursor: Cursor }
  /** The window has moved past the cursor, or numbering went back. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'ended' };

/** Media that a playlist lists, in order. */
interface Piece {
  readonly cursor: Cursor;
  readonly startsAtMs: number;
  readonly durationSec: number;
  readonly independent: boolean;
}

const MAX_LEAD_SEGMENTS = 3;

/** Plans the next fetch at a place in the playlist. */
export function planNextFetch(playlist: MediaPlaylist, cursor: Cursor): NextFetch {
  const first = playlist.segments[0];
  if (first === undefined) return playlist.ended ? { kind: 'ended' } : { kind: 'reload', cursor };
  const segment = playlist.segments[cursor.msn - first.msn];
  if (segment === undefined) return planOutside(playlist, cursor);
  // A gap is not asked for; the player jumps over the hole.
  if (segment.gap) return planNextFetch(playlist, { msn: cursor.msn + 1, part: 0 });
  const part = segment.parts[cursor.part];
  if (part !== undefined) return mediaFetch(segment, cursor.part);
  if (segment.uri === null) return playlist.ended ? { kind: 'ended' } : { kind: 'reload', cursor };
  if (cursor.part === 0) {
    const { uri, mapUri, programDateTimeMs: startsAtMs } = segment;
    return { kind: 'media', uri, mapUri, startsAtMs, next: { msn: cursor.msn + 1, part: 0 } };
  }
  // The parts are gone from the list but not all were taken: the rest can't be had by itself.
  if (segment.parts.length === 0) return { kind: 'gone' };
  return planNextFetch(playlist, { msn: cursor.msn + 1, part: 0 });
}

function planOutside(playlist: MediaPlaylist, cursor: Cursor): NextFetch {
  const lastMsn = playlist.segments.at(-1)?.msn ?? 0;
  if (cursor.msn <= lastMsn || cursor.msn > lastMsn + MAX_LEAD_SEGMENTS) return { kind: 'gone' };
  return playlist.ended ? { kind: 'ended' } : { kind: 'reload', cursor };
}

function mediaFetch(segment: PlaylistSegment, part: number): MediaFetch {
  const before = segment.parts.slice(0, part).reduce((sum, each) => sum + each.durationSec, 0);
  const startMs = segment.programDateTimeMs;
  return {
    kind: 'media',
    uri: segment.parts[part]!.uri,
    mapUri: segment.mapUri,
    startsAtMs: startMs === null ? null : startMs + before * 1000,
    next: { msn: segment.msn, part: part + 1 },
  };
}

/** Where to begin. */
export interface Start {
  readonly cursor: Cursor;
  /** Unix milliseconds, by program date time, at which playing begins. */
  readonly playFromMs: number;
}

/** Unix milliseconds of the end of the last part or segment listed; null without program date time. */
export function liveEdgeMs(playlist: MediaPlaylist): number | null {
  const last = piecesOf(playlist).at(-1);
  return last === undefined ? null : last.startsAtMs + last.durationSec * 1000;
}

/** The distance from the live edge at which the server wants players to begin, in seconds. */
export function holdBackSec(playlist: MediaPlaylist): number {
  const control = playlist.serverControl;
  return control?.partHoldBackSec ?? control?.holdBackSec ?? 3 * playlist.targetDurationSec;
}

/** Plans the start at the hold-back from the live edge; null while the playlist has nothing to begin with. */
export function planStart(playlist: MediaPlaylist): Start | null {
  const edgeMs = liveEdgeMs(playlist);
  if (edgeMs === null) return null;
  return planStartAt(playlist, edgeMs - holdBackSec(playlist) * 1000);
}

/**
 * Plans the start at a time (Unix milliseconds): the last independent piece that begins at or before it, or the
 * first independent one there is, playing then from its beginning.
 */
export function planStartAt(playlist: MediaPlaylist, timeMs: number): Start | null {
  const independent = piecesOf(playlist).filter((piece) => piece.independent);
  const piece = independent.findLast((each) => each.startsAtMs <= timeMs + 1) ?? independent[0];
  if (piece === undefined) return null;
  return { cursor: piece.cursor, playFromMs: Math.max(timeMs, piece.startsAtMs) };
}

function piecesOf(playlist: MediaPlaylist): Piece[] {
  const pieces: Piece[] = [];
  let clockMs: number | null = null;
  for (const segment of playlist.segments) {
    clockMs = segment.programDateTimeMs ?? clockMs;
    if (clockMs === null) continue;
    const { msn, parts, durationSec } = segment;
    let startsAtMs: number = clockMs;
    for (const [part, { durationSec, independent }] of parts.entries()) {
      pieces.push({ cursor: { msn, part }, startsAtMs, durationSec, independent });
      startsAtMs += durationSec * 1000;
    }
    if (parts.length === 0)
      pieces.push({ cursor: { msn, part: 0 }, startsAtMs, durationSec, independent: !segment.gap });
    clockMs += durationSec * 1000;
  }
  return pieces;
}
