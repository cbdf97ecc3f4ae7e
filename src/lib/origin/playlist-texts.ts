import { gzipSync } from 'node:zlib';
import { skipSegments } from '../hls/delta-update.ts';
import { formatMediaPlaylist } from '../hls/format-media-playlist.ts';
import { formatMultivariantPlaylist } from '../hls/multivariant-playlist.ts';
import { type PathwayVariants, withPathways } from '../hls/with-pathways.ts';
import type { LiveStream } from './window/live-stream.ts';
import { planMediaPlaylist, planMultivariantPlaylist } from './window/plan-playlist.ts';

/** Light: the text is repetitive, and the whole playlist is compressed once a part. */
const GZIP_LEVEL = 4;

/** A playlist as bytes, plain and compressed (when first asked for). */
export class PlaylistText {
  readonly plain: Buffer;
  #gzipped: Buffer | null = null;

  constructor(text: string) {
    this.plain = Buffer.from(text);
  }

  gzipped(): Buffer {
    this.#gzipped ??= gzipSync(this.plain, { level: GZIP_LEVEL });
    return this.#gzipped;
  }
}

interface Cached {
  version: number;
  full: PlaylistText | null;
  delta: PlaylistText | null;
}

/** Playlists of one stream, formatted once per version however many viewers ask. */
export class PlaylistTexts {
  readonly #stream: LiveStream;
  readonly #media = new Map<string, Cached>();
  #multivariant: { tracks: unknown; pathways: string; text: PlaylistText } | null = null;

  constructor(stream: LiveStream) {
    this.#stream = stream;
  }

  /** With every rendition once for each pathway, where there are several. */
  multivariant(ways: PathwayVariants | null): PlaylistText {
    const { tracks } = this.#stream;
    const pathways = JSON.stringify(ways);
    if (this.#multivariant?.tracks !== tracks || this.#multivariant.pathways !== pathways) {
      const plan = planMultivariantPlaylist(tracks);
      const text = new PlaylistText(
        formatMultivariantPlaylist(ways === null ? plan : withPathways(plan, ways)),
      );
      this.#multivariant = { tracks, pathways, text };
    }
    return this.#multivariant.text;
  }

  /** The media playlist of a track that has parts; a delta update when `skip`. */
  media(track: string, skip: boolean): PlaylistText {
    const { version } = this.#stream.windows.get(track)!;
    let cached = this.#media.get(track);
    if (cached === undefined || cached.version !== version) {
      cached = { version, full: null, delta: null };
      this.#media.set(track, cached);
    }
    const plan = (): ReturnType<typeof planMediaPlaylist> => planMediaPlaylist(this.#stream, track);
    if (skip) {
      cached.delta ??= new PlaylistText(formatMediaPlaylist(skipSegments(plan())));
      return cached.delta;
    }
    cached.full ??= new PlaylistText(formatMediaPlaylist(plan()));
    return cached.full;
  }
}
