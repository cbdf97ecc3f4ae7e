/**
 * Follows one rendition of a stream as a player does: playlist, init segment, parts, blocking reloads.
 * It decides nothing of its own: `next-fetch.ts` does. What it gets it hands to `onMedia`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import type { MediaPlaylist } from '../hls/media-playlist.ts';
import type { TrackKind } from './buffer-model.ts';
import { Continuity } from './continuity.ts';
import { type FragmentTiming, parseFragmentTimings, parseTimescale } from './fragment-timing.ts';
import { loadLimits } from './load-limits.ts';
import { type Cursor, liveEdgeMs, type MediaFetch, planNextFetch } from './next-fetch.ts';
import type { PlaylistCache } from './playlist-cache.ts';
import { type Patience, tryAgain } from './try-again.ts';
import type { FetchKind, ViewerFetch } from './viewer-fetch.ts';

/** Media that arrived; milliseconds. */
export interface ArrivedMedia {
  readonly kind: TrackKind;
  /** On the media timeline. */
  readonly startMs: number;
  readonly endMs: number;
  /** Unix time of startMs by program date time. */
  readonly startsAtMs: number | null;
}

export interface TrackOptions {
  readonly kind: TrackKind;
  /** Absolute URL of the media playlist. */
  readonly url: URL;
  readonly signal: AbortSignal;
  /** Where the media ended that the viewer had of this kind before; null when it had none. Milliseconds. */
  readonly continuesFromMs: number | null;
  /** Whether there is another rendition to go to when a file of this one cannot be had. */
  readonly hasAlternate: boolean;
}

export interface TrackDeps {
  readonly clock: Clock;
  readonly fetch: ViewerFetch;
  readonly playlists: PlaylistCache;
  readonly onMedia: (media: ArrivedMedia) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * How a track ended: the stream is over; the window moved past the viewer, which must start anew; or a file could not be had
 * as often as it was asked for.
 */
export type TrackEnd = 'ended' | 'gone' | 'lost';

export class TrackPlayer {
  requests = 0;
  readonly continuity = new Continuity();
  playlist: MediaPlaylist | null = null;
  /** Unix milliseconds: end of the newest part listed, and when that playlist came. */
  edge: { readonly endsAtMs: number; readonly seenAtMs: number } | null = null;
  readonly #options: TrackOptions;
  readonly #deps: TrackDeps;
  #mapUri: string | null = null;
  #timescale = 0;
  #hasMedia = false;

  constructor(options: TrackOptions, deps: TrackDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Loads the media playlist as it is now, in full; null when it cannot be had. */
  async load(): Promise<MediaPlaylist | null> {
    const { pathname } = this.#options.url;
    return this.#try('playlist', this.#playlistPatience, () => this.#loadPlaylist(pathname));
  }

  /**
   * Plays from a place of the playlist until the stream ends, the window moves on, or the signal fires. What cannot be had is
   * left out when there is no other rendition and more is listed after it (onFragmentOrKeyLoadError of hls.js 1.7).
   */
  async follow(from: Cursor): Promise<TrackEnd> {
    let cursor = from;
    for (;;) {
      const plan = planNextFetch(this.playlist as MediaPlaylist, cursor);
      if (plan.kind === 'ended' || plan.kind === 'gone') return plan.kind;
      if (plan.kind === 'reload') {
        const loaded = await this.#try('playlist', this.#playlistPatience, () => this.#reload(plan.cursor));
        if (loaded === null) return 'lost';
        continue;
      }
      const isLast = this.#isLast(cursor);
      const got = await this.#try('media', this.#isAlone && isLast ? 'insist' : 'policy', () =>
        this.#fetchMedia(plan),
      );
      if (got === null && (isLast || !this.#isAlone)) return 'lost';
      cursor = plan.next;
    }
  }

  /** For sound hls.js takes another pathway at once (error-controller.ts of hls.js 1.7). */
  get #playlistPatience(): Patience {
    if (this.#isAlone) return 'insist';
    return this.#options.kind === 'audio' ? 'none' : 'policy';
  }

  get #isAlone(): boolean {
    return !this.#options.hasAlternate;
  }

  /** Whether no whole segment is listed after this one. */
  #isLast({ msn }: Cursor): boolean {
    const whole = this.playlist?.segments.findLast(({ uri }) => uri !== null);
    return msn >= (whole?.msn ?? 0);
  }

  async #reload(cursor: Cursor): Promise<true> {
    const { serverControl, partTargetSec, targetDurationSec } = this.playlist as MediaPlaylist;
    const query: string[] = [];
    if (serverControl?.canBlockReload) {
      query.push(`_HLS_msn=${cursor.msn}`);
      if (partTargetSec !== null) query.push(`_HLS_part=${cursor.part}`);
    }
    if (serverControl?.canSkipUntilSec != null) query.push('_HLS_skip=YES');
    const path = this.#options.url.pathname;
    const playlist = await this.#loadPlaylist(query.length === 0 ? path : `${path}?${query.join('&')}`);
    if (planNextFetch(playlist, cursor).kind === 'reload') {
      const waitSec = serverControl?.canBlockReload
        ? (partTargetSec ?? targetDurationSec) / 4
        : targetDurationSec / 2;
      await sleep(waitSec * 1000, undefined, { signal: this.#options.signal });
    }
    return true;
  }

  async #loadPlaylist(path: string): Promise<MediaPlaylist> {
    const body = await this.#get(path, 'playlist');
    const playlist = this.#deps.playlists.parse(path, body);
    this.playlist = playlist;
    const endsAtMs = liveEdgeMs(playlist);
    if (endsAtMs !== null) this.edge = { endsAtMs, seenAtMs: this.#deps.clock.nowMs() };
    return playlist;
  }

  async #fetchMedia(fetch: MediaFetch): Promise<true> {
    if (fetch.mapUri !== null && fetch.mapUri !== this.#mapUri) {
      this.#timescale = parseTimescale(await this.#get(this.#pathOf(fetch.mapUri), 'media'));
      this.#mapUri = fetch.mapUri;
    }
    const timings = parseFragmentTimings(await this.#get(this.#pathOf(fetch.uri), 'media'));
    this.#continue();
    this.#hasMedia = true;
    for (const timing of timings) this.continuity.take(timing);
    this.#deps.onMedia(this.#arrived(timings, fetch.startsAtMs));
    return true;
  }

  /** With the first media: what lies between it and what was had before is missing. */
  #continue(): void {
    const { continuesFromMs } = this.#options;
    if (continuesFromMs === null || this.#hasMedia) return;
    this.continuity.goOnAfter(Math.round((continuesFromMs * this.#timescale) / 1000));
  }

  #arrived(timings: readonly FragmentTiming[], startsAtMs: number | null): ArrivedMedia {
    if (this.#timescale === 0) throw new StreamctlError('NONCONFORMANT', 'media without an init segment');
    const last = timings.at(-1)!;
    const msPerTick = 1000 / this.#timescale;
    const startMs = timings[0]!.decodeTime * msPerTick;
    const endMs = (last.decodeTime + last.durationTicks) * msPerTick;
    return { kind: this.#options.kind, startMs, endMs, startsAtMs };
  }

  #try<T>(kind: FetchKind, patience: Patience, action: () => Promise<T>): Promise<T | null> {
    const { signal } = this.#options;
    return tryAgain({ kind, patience, signal, onError: this.#deps.onError }, action);
  }

  #get(path: string, kind: FetchKind): Promise<Buffer> {
    this.requests += 1;
    return this.#deps.fetch.get(new URL(path, this.#options.url), kind, loadLimits(kind, this.playlist));
  }

  #pathOf(uri: string): string {
    const url = new URL(uri, this.#options.url);
    if (url.host !== this.#options.url.host) {
      throw new StreamctlError('NONCONFORMANT', `media on another host than its playlist: ${url.host}`);
    }
    return url.pathname + url.search;
  }
}
