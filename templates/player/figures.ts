/** Reads what the page shows: one object of plain figures, also found at `window.streamctl`. */
import { type PlayerState, playerState } from '../../src/lib/player/player-state.ts';
import type { Playback } from './playback.ts';
import type { StateWatch } from './state-watch.ts';

export interface Figures {
  readonly stream: string;
  readonly state: PlayerState;
  /** Wall clock minus program date time of the picture, seconds; by hls.js's estimate where the clock is unknown. */
  readonly behindLiveSec: number | null;
  readonly targetSec: number | null;
  readonly bufferSec: number;
  readonly stalls: number;
  /** Sum of the stalls since the first frame. */
  readonly stalledMs: number;
  readonly droppedFrames: number;
  readonly totalFrames: number;
  readonly width: number;
  readonly height: number;
  readonly playbackRate: number;
  readonly startupMs: number | null;
  readonly errors: number;
  /** As hls.js names it: `fragLoadTimeOut`. */
  readonly lastError: string | null;
  readonly region: string | null;
  readonly node: string | null;
  /** Requests that were asked elsewhere too, and how often another edge was taken because of it, or the near one again. */
  readonly hedges: number;
  readonly switches: number;
  readonly returns: number;
  /** Unix milliseconds of the last change of edge; null before one. */
  readonly switchedAtMs: number | null;
  readonly native: boolean;
}

export interface FiguresDeps {
  readonly stream: string;
  readonly video: HTMLVideoElement;
  readonly playback: Playback;
  readonly watch: StateWatch;
}

/** A picture that stands longer than this is frozen. */
const FROZEN_MS = 250;

export function createFigures(deps: FiguresDeps): { read(): Figures } {
  const motion = new Motion(deps.video);
  return { read: () => readFigures(deps, motion) };
}

function readFigures({ stream, video, playback, watch }: FiguresDeps, motion: Motion): Figures {
  const shown = playback.firstFrameAtMs !== null;
  const standstillMs = motion.read(shown, performance.now());
  const { hls } = playback;
  const programMs = hls?.playingDate?.getTime() ?? null;
  const { offsetMs } = watch.clock;
  const byClock = programMs === null || offsetMs === null ? null : (Date.now() + offsetMs - programMs) / 1000;
  const behindLiveSec = shown ? (byClock ?? hls?.latency ?? null) : null;
  const targetSec = hls?.targetLatency ?? null;
  const frozen = shown && standstillMs > FROZEN_MS;
  const state = playerState({
    unreachable: playback.unreachable && (frozen || !shown),
    shown,
    paused: video.paused && shown && !video.ended,
    frozen,
    finished: video.ended,
    picture: watch.picture.at(programMs),
    behindLiveSec,
    targetSec,
  });
  const { hedges, switches, returns } = playback.hedge.tally;
  const quality = video.getVideoPlaybackQuality?.();
  return {
    stream,
    state,
    behindLiveSec,
    targetSec,
    bufferSec: bufferSec(video),
    stalls: motion.stalls,
    stalledMs: Math.round(motion.stalledMs),
    droppedFrames: quality?.droppedVideoFrames ?? 0,
    totalFrames: quality?.totalVideoFrames ?? 0,
    width: video.videoWidth,
    height: video.videoHeight,
    playbackRate: video.playbackRate,
    startupMs: shown ? Math.round(playback.firstFrameAtMs! - playback.startedAtMs!) : null,
    errors: playback.errors,
    lastError: playback.lastError,
    region: playback.hedge.inUse?.region || (watch.report?.region ?? null),
    node: playback.hedge.inUse?.name || (watch.report?.node ?? null),
    hedges: hedges.error + hedges.late + hedges.stale,
    switches,
    returns,
    switchedAtMs: playback.hedge.lastSwitch?.atMs ?? null,
    native: hls === null && shown,
  };
}

function bufferSec({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index += 1) {
    const inside = buffered.start(index) <= currentTime + 0.1 && buffered.end(index) >= currentTime;
    if (inside) return buffered.end(index) - currentTime;
  }
  return 0;
}

/** Whether the playhead moves: independent of the events that a browser may or may not send. */
class Motion {
  stalls = 0;
  stalledMs = 0;
  readonly #video: HTMLVideoElement;
  #position = -1;
  #movedAtMs = 0;
  #readAtMs = 0;
  #stalled = false;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  /** How long the playhead has stood still although it should move, milliseconds. */
  read(shown: boolean, nowMs: number): number {
    const { currentTime, paused, seeking, ended } = this.#video;
    const elapsedMs = nowMs - this.#readAtMs;
    this.#readAtMs = nowMs;
    if (!shown || paused || ended || currentTime !== this.#position) {
      this.#position = currentTime;
      this.#movedAtMs = nowMs;
      this.#stalled = false;
      return 0;
    }
    const standstillMs = nowMs - this.#movedAtMs;
    // A hidden tab reads seldom: a long gap between readings says nothing of the picture.
    if (standstillMs > FROZEN_MS && !seeking && elapsedMs < 1000) {
      if (!this.#stalled) this.stalls += 1;
      this.stalledMs += this.#stalled ? elapsedMs : standstillMs;
      this.#stalled = true;
    }
    return standstillMs;
  }
}
