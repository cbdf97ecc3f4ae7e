/**
 * Plays the stream: hls.js with our settings and the hedged loader, or the browser's own HLS. It never gives up: whatever
 * fails, it begins again after a pause, so that a stream which starts later plays by itself, and one that has ended and goes on.
 */
import Hls, { ErrorTypes, Events } from 'hls.js';
import { createHedgedLoader } from '../../src/lib/player/hedged-loader.ts';
import { HLS_CONFIG, JUMP_TO_LIVE_SEC } from '../../src/lib/player/hls-config.ts';
import type { LoaderHedge } from '../../src/lib/player/loader-hedge.ts';
import { calmTarget } from './calm-target.ts';
import { fetchFirstPlaylist, loadPlaylist, watchForNextShow } from './next-show.ts';

export interface Playback {
  readonly hls: Hls | null;
  /** Which edge plays, and what was asked elsewhere; it outlives each start of hls.js. */
  readonly hedge: LoaderHedge;
  /** The stream cannot be had just now. */
  readonly unreachable: boolean;
  readonly errors: number;
  /** What hls.js calls the last of them; null before one. */
  readonly lastError: string | null;
  /** Times of `performance.now()`; null before. */
  readonly startedAtMs: number | null;
  readonly firstFrameAtMs: number | null;
  start(): void;
  goLive(): void;
  /** The viewer went back or paused: from now on the past is what they want, until `goLive`. */
  leaveLive(): void;
}

const RETRY_MS = 1000;
const SUPERVISE_MS = 1000;
const MAX_MEDIA_RECOVERIES = 2;

export function createPlayback(video: HTMLVideoElement, url: string): Playback {
  return new HlsPlayback(video, url);
}

class HlsPlayback implements Playback {
  hls: Hls | null = null;
  unreachable = false;
  errors = 0;
  lastError: string | null = null;
  startedAtMs: number | null = null;
  firstFrameAtMs: number | null = null;
  readonly #video: HTMLVideoElement;
  readonly #url: string;
  readonly #loader = createHedgedLoader(Hls);
  readonly hedge = this.#loader.hedge;
  #mediaRecoveries = 0;
  #retry: number | undefined;
  #wantsLive = true;
  #calm: () => void = () => undefined;
  /** Looks in a row at which the playhead was too far behind. */
  #tooFar = 0;

  constructor(video: HTMLVideoElement, url: string) {
    this.#video = video;
    this.#url = url;
    setInterval(() => this.#supervise(), SUPERVISE_MS);
    watchForNextShow({
      isAwaited: () => this.#awaitsNextShow(),
      getPlaylist: () => this.#getPlaylist(),
      onOver: () => this.#startAgain(),
    });
  }

  start(): void {
    this.startedAtMs ??= performance.now();
    this.firstFrameAtMs = null;
    // It begins at live, wherever the viewer was before.
    this.#wantsLive = true;
    this.#tooFar = 0;
    this.#awaitFirstFrame();
    if (Hls.isSupported()) this.#startHls();
    else this.#startNative();
  }

  leaveLive(): void {
    this.#wantsLive = false;
  }

  goLive(): void {
    this.#wantsLive = true;
    this.#tooFar = 0;
    const { seekable } = this.#video;
    const nativeEdge = seekable.length > 0 ? seekable.end(seekable.length - 1) - 3 : null;
    const position = this.hls?.liveSyncPosition ?? nativeEdge;
    if (position != null) this.#video.currentTime = position;
    this.#play();
  }

  /** Jumps to live what fell behind by itself: two looks, so that a passing stall is not one. */
  #supervise(): void {
    this.#calm();
    const { latency = 0, targetLatency = 0, liveSyncPosition = null } = this.hls ?? {};
    const over = latency - (targetLatency ?? 0) > JUMP_TO_LIVE_SEC;
    const canJump = liveSyncPosition !== null && liveSyncPosition > this.#video.currentTime + 1;
    this.#tooFar = over && canJump && this.#wantsLive && !this.#video.paused ? this.#tooFar + 1 : 0;
    if (this.#tooFar >= 2) this.goLive();
  }

  #startHls(): void {
    const hls = new Hls({ ...HLS_CONFIG, loader: this.#loader });
    this.hls = hls;
    this.#calm = calmTarget(hls);
    hls.on(Events.MANIFEST_PARSED, () => {
      this.unreachable = false;
      this.#play();
    });
    hls.on(Events.FRAG_BUFFERED, () => {
      this.unreachable = false;
      this.#mediaRecoveries = 0;
    });
    hls.on(Events.ERROR, (_, { fatal, type, details }) => {
      this.errors += 1;
      this.lastError = details;
      if (!fatal) return;
      if (type === ErrorTypes.MEDIA_ERROR && this.#mediaRecoveries < MAX_MEDIA_RECOVERIES) {
        this.#mediaRecoveries += 1;
        hls.recoverMediaError();
      } else {
        this.#startLater();
      }
    });
    hls.loadSource(this.#url);
    hls.attachMedia(this.#video);
  }

  #startNative(): void {
    this.#video.src = this.#url;
    this.#video.onerror = () => this.#startLater();
    this.#video.onloadeddata = () => {
      this.unreachable = false;
    };
    this.#play();
  }

  /** Who has seen all of a show wants the next one; who looks at its past or paused it does not, until the end. */
  #awaitsNextShow(): boolean {
    const { ended, paused } = this.#video;
    if (this.hls?.latestLevelDetails?.live === false && this.#wantsLive && !paused) return true;
    return ended;
  }

  async #getPlaylist(): Promise<string | null> {
    const { hls } = this;
    if (hls === null) return await fetchFirstPlaylist(this.#url);
    const url = hls.levels[hls.loadLevel]?.uri;
    return url === undefined ? null : await loadPlaylist(url, { config: hls.config, Loader: this.#loader });
  }

  #startLater(): void {
    this.unreachable = true;
    this.#stop();
    this.#retry = setTimeout(() => this.#startAgain(), RETRY_MS);
  }

  #startAgain(): void {
    this.#stop();
    this.startedAtMs = performance.now();
    this.start();
  }

  #stop(): void {
    this.hls?.destroy();
    this.hls = null;
    this.#calm = () => undefined;
    clearTimeout(this.#retry);
  }

  /** Autoplay is allowed muted; when even that is refused the page shows its play button. */
  #play(): void {
    this.#video.play().catch(() => undefined);
  }

  #awaitFirstFrame(): void {
    this.#video.requestVideoFrameCallback?.(() => {
      this.firstFrameAtMs ??= performance.now();
    });
    this.#video.addEventListener(
      'playing',
      () => {
        this.firstFrameAtMs ??= performance.now();
      },
      { once: true },
    );
  }
}
