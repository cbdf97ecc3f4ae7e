/**
 * One simulated viewer: a player over real HTTP with a model of a buffer instead of a decoder.
 * It plays until it is stopped or the stream ends, and starts anew when it fell out of the window.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import type { MediaPlaylist } from '../hls/media-playlist.ts';
import { parseMultivariantPlaylist } from '../hls/multivariant-playlist.ts';
import { HLS_CONFIG, JUMP_TO_LIVE_SEC } from '../player/hls-config.ts';
import { StallMemory } from '../player/stall-memory.ts';
import { BufferModel, type PlayState } from './buffer-model.ts';
import { catchUpRate } from './catch-up-rate.ts';
import { chooseRenditions, type RenditionChoice } from './choose-renditions.ts';
import type { Connect, HttpConnection } from './connection.ts';
import { type Cursor, holdBackSec, liveEdgeMs, planStart, planStartAt } from './next-fetch.ts';
import type { PlaylistCache } from './playlist-cache.ts';
import { type ArrivedMedia, type TrackEnd, TrackPlayer } from './track-player.ts';

export interface SimulatedViewerOptions {
  /** Multivariant playlist, http. */
  readonly url: URL;
  readonly choice: RenditionChoice;
  /** Highest playback rate while catching up with the target latency. */
  readonly maxRate: number;
  readonly requestTimeoutMs: number;
}

export interface SimulatedViewerDeps {
  readonly clock: Clock;
  readonly connect: Connect;
  readonly playlists: PlaylistCache;
  /** Called when media arrived while playing, with the distance behind the wall clock in seconds. */
  readonly onLiveEdge?: (liveEdgeSec: number) => void;
}

const RETRY_MS = 500;
/** Media that a jump to live leaves in the buffer. */
const MIN_KEPT_MS = 1000;

export class SimulatedViewer {
  /** Failed requests by what failed: `status 404`, `UNHEALTHY` (late), `NOT_RUNNING`, … */
  readonly errors = new Map<string, number>();
  lastError: unknown = null;
  buffer: BufferModel | null = null;
  startupMs: number | null = null;
  readonly #options: SimulatedViewerOptions;
  readonly #deps: SimulatedViewerDeps;
  #stopped = false;
  #attempt = new AbortController();
  readonly #connections: HttpConnection[] = [];
  #tracks: readonly TrackPlayer[] = [];
  #past = { requests: 0, missingFrames: 0, repeatedFrames: 0 };
  #requests = 0;
  #startedAtMs = 0;
  /** Program date time minus media time, milliseconds. */
  #dateOffsetMs = 0;
  #seekToMs: number | null = null;
  #memory: StallMemory | null = null;
  #stallsSeen = 0;

  constructor(options: SimulatedViewerOptions, deps: SimulatedViewerDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Plays; resolves when stopped or when the stream has ended. Failures are counted, never thrown. */
  async run(): Promise<void> {
    this.#startedAtMs = this.#deps.clock.nowMs();
    while (!this.#stopped) {
      try {
        if ((await this.#play()) === 'ended') break;
      } catch (error) {
        await this.#recover(error);
      } finally {
        this.#closeTracks();
      }
    }
    this.buffer?.advance(this.#deps.clock.nowMs());
  }

  stop(): void {
    this.#stopped = true;
    this.#interrupt();
  }

  get state(): PlayState {
    return this.buffer?.state ?? 'starting';
  }

  /** Totals so far. */
  get totals(): { requests: number; missingFrames: number; repeatedFrames: number } {
    const sum = { ...this.#past, requests: this.#past.requests + this.#requests };
    for (const track of this.#tracks) {
      sum.requests += track.requests;
      sum.missingFrames += track.continuity.missingFrames;
      sum.repeatedFrames += track.continuity.repeatedFrames;
    }
    return sum;
  }

  /** Wall clock minus program date time at the playhead, seconds; null before playing. */
  liveEdgeSec(nowMs: number): number | null {
    if (this.buffer === null || this.startupMs === null) return null;
    this.buffer.advance(nowMs);
    return (nowMs - this.buffer.playheadMs - this.#dateOffsetMs) / 1000;
  }

  async #recover(error: unknown): Promise<void> {
    if (this.#stopped) return;
    this.#failed(error);
    await sleep(RETRY_MS, undefined, { signal: this.#attempt.signal }).catch(() => undefined);
  }

  async #play(): Promise<TrackEnd> {
    this.#attempt = new AbortController();
    const { videoUri, audioUri } = await this.#loadMultivariant();
    const video = this.#createTrack('video', videoUri);
    const audio = audioUri === null ? null : this.#createTrack('audio', audioUri);
    this.#tracks = audio === null ? [video] : [video, audio];
    const [videoList, audioList] = await Promise.all([video.load(), audio?.load()]);
    const resumeMs = this.#resumePointMs(videoList);
    const start = resumeMs === null ? planStart(videoList) : planStartAt(videoList, resumeMs);
    const audioStart = start === null || !audioList ? null : planStartAt(audioList, start.playFromMs);
    if (start === null || (audio !== null && audioStart === null)) {
      throw new StreamctlError('NOT_RUNNING', 'the playlist has no media yet');
    }
    const playFromMs = Math.max(start.playFromMs, audioStart?.playFromMs ?? 0);
    this.#seekToMs = playFromMs === resumeMs ? null : playFromMs;
    const follows = [this.#follow(video, start.cursor)];
    if (audio !== null && audioStart !== null) follows.push(this.#follow(audio, audioStart.cursor));
    const ends = await Promise.allSettled(follows);
    if (ends.some((end) => end.status === 'fulfilled' && end.value === 'gone')) return 'gone';
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    this.buffer?.finish(this.#deps.clock.nowMs());
    return 'ended';
  }

  /** Program time at which the buffer ends, when going on from there is better than a new start at the live edge. */
  #resumePointMs(playlist: MediaPlaylist): number | null {
    const { buffer } = this;
    const edgeMs = liveEdgeMs(playlist);
    if (buffer === null || edgeMs === null || this.startupMs === null) return null;
    const nowMs = this.#deps.clock.nowMs();
    buffer.advance(nowMs);
    const endMs = buffer.playheadMs + buffer.aheadMs + this.#dateOffsetMs;
    const behindSec = (edgeMs - endMs) / 1000;
    return Math.abs(behindSec) < this.#targetSec(playlist, nowMs) + JUMP_TO_LIVE_SEC ? endMs : null;
  }

  /** A track that is gone takes the other with it: both start anew. */
  async #follow(track: TrackPlayer, from: Cursor): Promise<TrackEnd> {
    const end = await track.follow(from);
    if (end === 'gone') this.#interrupt();
    return end;
  }

  #interrupt(): void {
    this.#attempt.abort();
    for (const connection of this.#connections.splice(0)) connection.close();
  }

  async #loadMultivariant(): Promise<{ videoUri: string; audioUri: string | null }> {
    const { url, choice, requestTimeoutMs } = this.#options;
    const connection = this.#connect(url);
    this.#requests += 1;
    const response = await connection.get(url.pathname + url.search, requestTimeoutMs);
    connection.close();
    if (response.status !== 200) {
      throw new StreamctlError('UNHEALTHY', `GET ${url.pathname}: status ${response.status}`, {
        details: { status: response.status },
      });
    }
    return chooseRenditions(parseMultivariantPlaylist(response.body.toString('utf8')), choice);
  }

  #createTrack(kind: 'video' | 'audio', uri: string): TrackPlayer {
    const url = new URL(uri, this.#options.url);
    const options = {
      kind,
      url,
      requestTimeoutMs: this.#options.requestTimeoutMs,
      signal: this.#attempt.signal,
    };
    return new TrackPlayer(options, {
      clock: this.#deps.clock,
      playlists: this.#deps.playlists,
      connection: this.#connect(url),
      onMedia: (media) => this.#take(media),
      onError: (error) => this.#failed(error),
    });
  }

  #connect(url: URL): HttpConnection {
    const connection = this.#deps.connect(url.hostname, Number(url.port || 80));
    this.#connections.push(connection);
    return connection;
  }

  #take(media: ArrivedMedia): void {
    const nowMs = this.#deps.clock.nowMs();
    if (media.startsAtMs !== null && (media.kind === 'video' || this.buffer === null)) {
      this.#dateOffsetMs = media.startsAtMs - media.startMs;
    }
    this.#seek(nowMs);
    const buffer = this.buffer as BufferModel;
    buffer.append(media.kind, media, nowMs);
    if (buffer.startedAtMs !== null) this.startupMs ??= buffer.startedAtMs - this.#startedAtMs;
    if (media.kind !== 'video') return;
    this.#steer(nowMs);
    const liveEdgeSec = this.liveEdgeSec(nowMs);
    if (liveEdgeSec !== null) this.#deps.onLiveEdge?.(liveEdgeSec);
  }

  /** Moves the playhead to where this start begins, with the first media of it. */
  #seek(nowMs: number): void {
    if (this.#seekToMs === null) return;
    const playFromMs = this.#seekToMs - this.#dateOffsetMs;
    this.#seekToMs = null;
    const tracks = this.#tracks.length === 2 ? (['video', 'audio'] as const) : (['video'] as const);
    if (this.buffer === null) this.buffer = new BufferModel({ playFromMs, tracks, nowMs });
    else this.buffer.seek(playFromMs, nowMs);
  }

  #steer(nowMs: number): void {
    const buffer = this.buffer as BufferModel;
    const video = this.#tracks[0];
    if (!video?.edge || video.playlist === null) return;
    buffer.advance(nowMs);
    const edgeNowMs = video.edge.endsAtMs + (nowMs - video.edge.seenAtMs);
    const behindEdgeSec = (edgeNowMs - buffer.playheadMs - this.#dateOffsetMs) / 1000;
    const targetSec = this.#targetSec(video.playlist, nowMs);
    const overTargetSec = behindEdgeSec - targetSec;
    if (overTargetSec > JUMP_TO_LIVE_SEC) buffer.skipForward(overTargetSec * 1000, MIN_KEPT_MS);
    const bufferedSec = buffer.aheadMs / 1000;
    const wishedOverSec = targetSec + video.playlist.targetDurationSec;
    const { maxRate } = this.#options;
    buffer.rate = catchUpRate({ overTargetSec, wishedOverSec, bufferedSec, maxRate });
  }

  /** The hold-back, and more for a while after each stall, up to a target duration: as the player page does. */
  #targetSec(playlist: MediaPlaylist, nowMs: number): number {
    const stepSec = HLS_CONFIG.liveSyncOnStallIncrease;
    const stalls = this.buffer?.stalls ?? 0;
    this.#memory ??= new StallMemory(Math.floor(playlist.targetDurationSec / stepSec));
    for (; this.#stallsSeen < stalls; this.#stallsSeen += 1) this.#memory.stalled(nowMs);
    return holdBackSec(playlist) + this.#memory.steps(nowMs) * stepSec;
  }

  #closeTracks(): void {
    this.#past = { ...this.totals, requests: this.totals.requests - this.#requests };
    this.#tracks = [];
    this.#interrupt();
  }

  #failed(error: unknown): void {
    this.lastError = error;
    const details =
      error instanceof StreamctlError ? (error.details as { status?: number } | undefined) : undefined;
    const kind = details?.status
      ? `status ${details.status}`
      : error instanceof StreamctlError
        ? error.code
        : 'BUG';
    this.errors.set(kind, (this.errors.get(kind) ?? 0) + 1);
  }
}
