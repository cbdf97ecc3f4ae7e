import type { MediaPlaylist } from '../hls/media-playlist.ts';
import { parseMediaPlaylist } from '../hls/parse-media-playlist.ts';

interface Entry {
  readonly body: Buffer;
  readonly playlist: MediaPlaylist;
}

const MAX_ENTRIES = 64;

/**
 * Parses playlists, each text once: viewers of one rendition get the same text within milliseconds. The bytes are
 * compared, so a viewer always sees what the server sent to it.
 */
export class PlaylistCache {
  readonly #entries = new Map<string, Entry>();

  /** Parses the body got from a path. Throws NONCONFORMANT when it is no media playlist. */
  parse(path: string, body: Buffer): MediaPlaylist {
    const known = this.#entries.get(path);
    if (known?.body.equals(body)) return known.playlist;
    const playlist = parseMediaPlaylist(body.toString('utf8'));
    this.#entries.delete(path);
    this.#entries.set(path, { body, playlist });
    if (this.#entries.size > MAX_ENTRIES) this.#entries.delete(this.#entries.keys().next().value as string);
    return playlist;
  }
}
