import type { MediaPlaylist } from '../hls/media-playlist.ts';
import type { MultivariantPlaylist } from '../hls/multivariant-playlist.ts';

/** One response as a client saw it. */
export interface Response {
  readonly url: string;
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed. */
  readonly body: Uint8Array;
  /** From the request to the end of the body, milliseconds. */
  readonly elapsedMs: number;
}

/** A playlist that was loaded; `asked` is what a blocking reload asked for. */
export interface PlaylistLoad {
  readonly response: Response;
  readonly playlist: MediaPlaylist;
  readonly asked: { readonly msn: number; readonly part: number } | null;
}

export interface RenditionObservation {
  /** As the multivariant playlist names it. */
  readonly uri: string;
  readonly kind: 'video' | 'audio';
  /** In order; the first one did not block. */
  readonly loads: readonly PlaylistLoad[];
  /** A delta update, loaded right after a full playlist; null when the server offers none. */
  readonly delta: { readonly full: MediaPlaylist; readonly update: MediaPlaylist } | null;
  /** Status of a request far ahead of the live edge, and of a part without a segment. */
  readonly refusals: { readonly ahead: number; readonly malformed: number } | null;
  /** The init segment of `segment`, or of the playlist's end when there is none. */
  readonly init: Response | null;
  /** A whole segment and the parts it consists of. */
  readonly segment: { readonly whole: Response; readonly parts: readonly Response[] } | null;
}

/** Everything that the rules judge; made by watching a stream for some seconds. */
export interface Observation {
  readonly multivariant: { readonly response: Response; readonly playlist: MultivariantPlaylist };
  readonly renditions: readonly RenditionObservation[];
}
