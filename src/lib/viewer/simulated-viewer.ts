/**
 * One simulated viewer: a player over real HTTP with a model of a buffer instead of a decoder.
 * It plays until it is stopped or the stream ends, and starts anew when it fell out of the window.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import type { HedgeEvent, HedgeTally } from '../hedge/hedge-event.ts';
import type { Hedger } from '../hedge/hedger.ts';
import type { Pathway } from '../hedge/pathway.ts';
import type { MediaPlaylist } from '../hls/media-playlist.ts';
import { type AvailableChoice, AvailableRenditions } from './available-renditions.ts';
import { BufferModel, type PlayState, type TrackKind } from './buffer-model.ts';
import type { RenditionChoice } from './choose-renditions.ts';
import type { Connect } from './connection.ts';
import { createFetch, type ViewerLoader } from './create-fetch.ts';
import { FailureCounts } from './failure-counts.ts';
import { keepToLive } from './keep-to-live.ts';
import { loadLimits } from './load-limits.ts';
import { type Cursor, planStart, planStartAt } from './next-fetch.ts';
import type { PlaylistCache } from './playlist-cache.ts';
import { resumePointMs } from './resume-point.ts';
import { TargetLatency } from './target-latency.ts';
import { type ArrivedMedia, type TrackEnd, TrackPlayer } from './track-player.ts';
import { tryAgain } from './try-again.ts';
import type { ViewerFetch } from './viewer-fetch.ts';

export interface SimulatedViewerOptions {
  /** Multivariant playlist, http. */
  readonly url: URL;
  readonly choice: RenditionChoice;
  /** Highest playback rate while catching up with the target latency. */
  readonly maxRate: number;
  /** `hedged` unless told. */
  readonly loader?: ViewerLoader;
}

export interface SimulatedViewerDeps {
  readonly clock: Clock;
  readonly connect: Connect;
  readonly playlists: PlaylistCache;
  /** Called when media arrived while playing, with the distance behind the wall clock in seconds. */
  readonly onLiveEdge?: (liveEdgeSec: number) => void;
  /** Hears of each hedge and each change of pathway. */
  readonly onHedge?: (event: HedgeEvent) => void;
}

/** After a fatal error the player page begins anew after this. */
const RETRY_MS = 1000;
/** A start that fails sooner than this is not tried again at once. */
const SHORT_MS = 500;

export class SimulatedViewer {
  buffer: BufferModel | null = null;
  startupMs: number | null = null;
  readonly #failures = new FailureCounts();
  readonly #options: SimulatedViewerOptions;
  readonly #deps: SimulatedViewerDeps;
  readonly #stopping = new AbortController();
  #attempt = new AbortController();
  readonly #fetch: ViewerFetch;
  readonly #hedger: Hedger | null;
  #tracks: readonly TrackPlayer[] = [];
  #past = { requests: 0, missingFrames: 0, repeatedFrames: 0 };
  #requests = 0;
  #startedAtMs = 0;
  /** Program date time minus media time, milliseconds. */
  #dateOffsetMs = 0;
  #seekToMs: number | null = null;
  readonly #target = new TargetLatency();
  #isDropped = false;
  readonly #renditions: AvailableRenditions;
  /** Where the media of each track ends that arrived. */
  readonly #mediaEndMs = new Map<TrackKind, number>();

  constructor(options: SimulatedViewerOptions, deps: SimulatedViewerDeps) {
    this.#options = options;
    this.#deps = deps;
    const { url, loader = 'hedged' } = options;
    const { connect, clock, onHedge } = deps;
    this.#renditions = new AvailableRenditions({ followsPathways: loader === 'none' });
    const made = createFetch({ url, loader, connect, nowMs: () => clock.nowMs(), onHedge });
    this.#fetch = made.fetch;
    this.#hedger = made.hedger;
  }

  /** Plays; resolves when stopped or when the stream has ended. Failures are counted, never thrown. */
  async run(): Promise<void> {
    this.#startedAtMs = this.#deps.clock.nowMs();
    while (!this.#stopping.signal.aborted) {
      const sinceMs = this.#deps.clock.nowMs();
      try {
        const end = await this.#play();
        if (end === 'ended') break;
        this.#closeTracks();
        if (end === 'gone') this.#renditions.forgetPlaylist();
        if (end === 'gone' && this.#deps.clock.nowMs() - sinceMs < SHORT_MS) await this.#pause();
      } catch (error) {
        this.#closeTracks();
        await this.#recover(error);
      }
    }
    this.#closeTracks();
    this.#fetch.close();
    this.buffer?.advance(this.#deps.clock.nowMs());
  }

  stop(): void {
    this.#stopping.abort();
    this.#interrupt();
  }

  /** The pathway in use; null without the hedged loader, and with no name before it is known. */
  get playsFrom(): Pathway | null {
    return this.#hedger?.inUse ?? null;
  }

  /** Hedges and changes of pathway so far; null without the hedged loader. */
  get hedges(): HedgeTally | null {
    return this.#hedger?.tally ?? null;
  }

  /** Failed requests, by what failed. */
  get errors(): ReadonlyMap<string, number> {
    return this.#failures.byKind;
  }

  get lastError(): unknown {
    return this.#failures.last;
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
    if (this.#stopping.signal.aborted) return;
    this.#failures.take(error);
    this.#dropBuffer();
    await this.#pause();
  }

  /** The player page ends hls.js on a fatal error: what was buffered is gone, and the next start is at live. */
  #dropBuffer(): void {
    const nowMs = this.#deps.clock.nowMs();
    this.buffer?.advance(nowMs);
    this.buffer?.seek(this.buffer.playheadMs, nowMs);
    this.#isDropped = true;
    this.#renditions.forget();
  }

  async #pause(): Promise<void> {
    await sleep(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  async #play(): Promise<TrackEnd> {
    this.#attempt = new AbortController();
    const chosen = await this.#chooseRenditions();
    const { videoUri, audioUri } = chosen;
    const video = this.#createTrack('video', videoUri, chosen.hasOtherVideo);
    const audio = audioUri === null ? null : this.#createTrack('audio', audioUri, chosen.hasOtherSound);
    this.#tracks = audio === null ? [video] : [video, audio];
    const [videoList, audioList] = await Promise.all([video.load(), audio?.load()]);
    if (videoList === null || audioList === null) return this.#lose(chosen, audioList === null);
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
    const [videoEnd, audioEnd] = ends.map((end) => (end.status === 'fulfilled' ? end.value : null));
    if (videoEnd === 'lost' || audioEnd === 'lost') return this.#lose(chosen, audioEnd === 'lost');
    if (videoEnd === 'gone' || audioEnd === 'gone') return 'gone';
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    this.buffer?.finish(this.#deps.clock.nowMs());
    return 'ended';
  }

  /** The next start takes what else there is, or finds nothing and gives up. */
  #lose(chosen: AvailableChoice, isSound: boolean): TrackEnd {
    if (isSound) this.#renditions.loseSound();
    else this.#renditions.loseVideo(chosen);
    return 'lost';
  }

  /** Where to go on in this playlist; null for a new start at the live edge. */
  #resumePointMs(playlist: MediaPlaylist): number | null {
    if (this.buffer === null || this.startupMs === null || this.#isDropped) return null;
    const dateOffsetMs = this.#dateOffsetMs;
    const nowMs = this.#deps.clock.nowMs();
    return resumePointMs(this.buffer, { playlist, target: this.#target, dateOffsetMs, nowMs });
  }

  /** A track that is gone or lost takes the other with it: both start anew. */
  async #follow(track: TrackPlayer, from: Cursor): Promise<TrackEnd> {
    const end = await track.follow(from);
    if (end !== 'ended') this.#interrupt();
    return end;
  }

  #interrupt(): void {
    this.#attempt.abort();
    this.#fetch.interrupt();
  }

  async #chooseRenditions(): Promise<AvailableChoice> {
    if (!this.#renditions.isKnown) this.#renditions.take(await this.#loadMultivariant());
    const chosen = this.#renditions.choose(this.#options.choice);
    if (chosen === null) throw this.#failures.last;
    return chosen;
  }

  async #loadMultivariant(): Promise<string> {
    const limits = loadLimits('multivariant', null);
    const options = {
      kind: 'multivariant' as const,
      signal: this.#attempt.signal,
      onError: (error: unknown) => this.#failures.take(error),
    };
    const body = await tryAgain(options, () => {
      this.#requests += 1;
      return this.#fetch.get(this.#options.url, 'multivariant', limits);
    });
    if (body === null) throw this.#failures.last;
    return body.toString('utf8');
  }

  #createTrack(kind: TrackKind, uri: string, hasAlternate: boolean): TrackPlayer {
    const continuesFromMs = this.#mediaEndMs.get(kind) ?? null;
    const url = new URL(uri, this.#options.url);
    const options = { kind, url, signal: this.#attempt.signal, continuesFromMs, hasAlternate };
    return new TrackPlayer(options, {
      clock: this.#deps.clock,
      playlists: this.#deps.playlists,
      fetch: this.#fetch,
      onMedia: (media) => this.#take(media),
      onError: (error) => this.#failures.take(error),
    });
  }

  #take(media: ArrivedMedia): void {
    const nowMs = this.#deps.clock.nowMs();
    if (media.startsAtMs !== null && (media.kind === 'video' || this.buffer === null)) {
      this.#dateOffsetMs = media.startsAtMs - media.startMs;
    }
    this.#seek(nowMs);
    const buffer = this.buffer as BufferModel;
    buffer.append(media.kind, media, nowMs);
    this.#mediaEndMs.set(media.kind, media.endMs);
    if (buffer.startedAtMs !== null) this.startupMs ??= buffer.startedAtMs - this.#startedAtMs;
    if (media.kind !== 'video') return;
    this.#steer(nowMs);
    const liveEdgeSec = this.liveEdgeSec(nowMs);
    if (liveEdgeSec !== null) this.#deps.onLiveEdge?.(liveEdgeSec);
  }

  /** Moves the playhead to where this start begins, with the first media of it. */
  #seek(nowMs: number): void {
    this.#isDropped = false;
    if (this.#seekToMs === null) return;
    const playFromMs = this.#seekToMs - this.#dateOffsetMs;
    this.#seekToMs = null;
    const tracks = this.#tracks.length === 2 ? (['video', 'audio'] as const) : (['video'] as const);
    if (this.buffer === null) this.buffer = new BufferModel({ playFromMs, tracks, nowMs });
    else this.buffer.seek(playFromMs, nowMs);
  }

  #steer(nowMs: number): void {
    const track = this.#tracks[0];
    if (track === undefined || this.buffer === null) return;
    const { maxRate } = this.#options;
    const dateOffsetMs = this.#dateOffsetMs;
    keepToLive(this.buffer, { track, target: this.#target, dateOffsetMs, maxRate, nowMs });
  }

  #closeTracks(): void {
    this.#past = { ...this.totals, requests: this.totals.requests - this.#requests };
    this.#tracks = [];
    this.#interrupt();
  }
}
