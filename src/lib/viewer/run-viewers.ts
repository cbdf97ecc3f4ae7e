/**
 * Simulated viewers: players over real HTTP with a model of a buffer instead of a decoder, many in one process.
 *
 * They fetch what hls.js would (multivariant playlist, init segments, parts, blocking reloads) and tell what a
 * person would have seen: startup, distance from live, dead air, frames missing or repeated. They are no load
 * generator beyond that, and no judge of conformance (that is `probe`).
 *
 * Invariants: every request is a real one; a viewer never throws, it counts; no timer per viewer while it plays.
 */
import type { Clock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import { HLS_CONFIG } from '../player/hls-config.ts';
import { type Connect, createConnection } from './connection.ts';
import type { ViewerLoader } from './create-fetch.ts';
import { sumHedges } from './hedge-sums.ts';
import { PlaylistCache } from './playlist-cache.ts';
import { Quantiles } from './quantiles.ts';
import { SimulatedViewer } from './simulated-viewer.ts';
import type { ViewerProgress, ViewerReport } from './viewer-report.ts';

export interface RunViewersOptions {
  /** Multivariant playlists; viewers take turns. http only. */
  readonly urls: readonly string[];
  /** 1 to 10,000. */
  readonly count: number;
  /** How long to play once every viewer has been started. */
  readonly durationMs: number;
  readonly region: string | null;
  readonly stream: string | null;
  /** `auto`: the viewers spread over the ladder; else a rendition's name. */
  readonly rendition: string;
  /** Viewers started per second; 200 unless told. */
  readonly startsPerSec?: number;
  /** Highest playback rate; that of the player page unless told. */
  readonly maxRate?: number;
  /** `hedged` unless told. */
  readonly loader?: ViewerLoader;
  readonly signal?: AbortSignal;
}

export interface RunViewersDeps {
  readonly clock: Clock;
  readonly connect?: Connect;
  readonly onProgress?: (progress: ViewerProgress) => void;
}

const TICK_MS = 25;
const PROGRESS_MS = 1000;
const GOLDEN_RATIO = 0.618_033_988_749;

/** Plays with `count` viewers for a while. Throws USAGE for options out of bounds; failures of viewers are counted. */
export async function runViewers(options: RunViewersOptions, deps: RunViewersDeps): Promise<ViewerReport> {
  const run = new ViewerRun(options, deps);
  const startedMs = deps.clock.nowMs();
  await run.play();
  return run.report(deps.clock.nowMs() - startedMs);
}

class ViewerRun {
  readonly #options: RunViewersOptions;
  readonly #deps: RunViewersDeps;
  readonly #urls: readonly URL[];
  readonly #playlists = new PlaylistCache();
  readonly #liveEdges = new Quantiles(0.01);
  readonly #viewers: SimulatedViewer[] = [];
  readonly #running: Promise<void>[] = [];

  constructor(options: RunViewersOptions, deps: RunViewersDeps) {
    if (!(Number.isInteger(options.count) && options.count >= 1 && options.count <= 10_000)) {
      throw new StreamctlError('USAGE', `running ${options.count} viewers: the count is 1 to 10,000`);
    }
    this.#options = options;
    this.#deps = deps;
    this.#urls = options.urls.map(parseHttpUrl);
    if (this.#urls.length === 0) throw new StreamctlError('USAGE', 'running viewers: no playlist to play');
  }

  /** One timer for all: starts viewers that are due, tells progress, ends the run. */
  play(): Promise<void> {
    const { count, durationMs, startsPerSec = 50, signal } = this.#options;
    const beganMs = performance.now();
    const endMs = (count / startsPerSec) * 1000 + durationMs;
    let nextProgressMs = PROGRESS_MS;
    return new Promise((resolve) => {
      const tick = (): void => {
        const elapsedMs = performance.now() - beganMs;
        const due = Math.min(count, Math.floor((elapsedMs / 1000) * startsPerSec) + 1);
        while (this.#viewers.length < due) this.#startViewer();
        if (elapsedMs >= nextProgressMs) {
          nextProgressMs += PROGRESS_MS;
          this.#deps.onProgress?.(this.#progress(elapsedMs));
        }
        if (elapsedMs < endMs && !signal?.aborted) return;
        clearInterval(timer);
        resolve(this.#stopAll());
      };
      const timer = setInterval(tick, TICK_MS);
      tick();
    });
  }

  async #stopAll(): Promise<void> {
    for (const viewer of this.#viewers) viewer.stop();
    await Promise.all(this.#running);
  }

  #startViewer(): void {
    const index = this.#viewers.length;
    const { rendition, maxRate = HLS_CONFIG.maxLiveSyncPlaybackRate, loader = 'hedged' } = this.#options;
    const viewer = new SimulatedViewer(
      {
        url: this.#urls[index % this.#urls.length]!,
        choice: { rendition, share: (index * GOLDEN_RATIO) % 1 },
        maxRate,
        loader,
      },
      {
        clock: this.#deps.clock,
        connect: this.#deps.connect ?? createConnection,
        playlists: this.#playlists,
        onLiveEdge: (liveEdgeSec) => this.#liveEdges.add(liveEdgeSec),
      },
    );
    this.#viewers.push(viewer);
    this.#running.push(viewer.run());
  }

  #progress(elapsedMs: number): ViewerProgress {
    const nowMs = this.#deps.clock.nowMs();
    for (const viewer of this.#viewers) viewer.buffer?.advance(nowMs);
    const counts = this.#counts();
    return {
      elapsedMs,
      started: this.#viewers.length,
      playing: this.#viewers.filter((viewer) => viewer.state === 'playing').length,
      stalled: this.#viewers.filter((viewer) => viewer.state === 'stalled').length,
      stalls: counts.stalls,
      errors: counts.errors,
      requests: counts.requests,
      playsFrom: sumHedges(this.#viewers)?.playsFrom ?? {},
      liveEdgeSec: this.#liveEdges.summary().p50,
    };
  }

  #counts() {
    const sum = { stalls: 0, skips: 0, errors: 0, requests: 0, missingFrames: 0, repeatedFrames: 0 };
    for (const viewer of this.#viewers) {
      const totals = viewer.totals;
      sum.requests += totals.requests;
      sum.missingFrames += totals.missingFrames;
      sum.repeatedFrames += totals.repeatedFrames;
      sum.stalls += viewer.buffer?.stalls ?? 0;
      sum.skips += viewer.buffer?.skips ?? 0;
      for (const count of viewer.errors.values()) sum.errors += count;
    }
    return sum;
  }

  report(elapsedMs: number): ViewerReport {
    const startup = new Quantiles(1);
    const deadAir = new Quantiles(1);
    const errorKinds: Record<string, number> = {};
    for (const viewer of this.#viewers) {
      if (viewer.startupMs !== null) startup.add(viewer.startupMs);
      if (viewer.startupMs !== null) deadAir.add(viewer.buffer?.deadAirMs ?? 0);
      for (const [kind, count] of viewer.errors) errorKinds[kind] = (errorKinds[kind] ?? 0) + count;
    }
    return {
      version: 1,
      viewers: this.#options.count,
      region: this.#options.region,
      stream: this.#options.stream,
      seconds: Math.round(elapsedMs) / 1000,
      played: this.#viewers.filter((viewer) => viewer.startupMs !== null).length,
      startupMs: startup.summary(),
      liveEdgeSec: this.#liveEdges.summary(),
      deadAirMs: deadAir.summary(),
      errorKinds,
      ...this.#counts(),
      hedges: sumHedges(this.#viewers),
    };
  }
}

/** Parses the URL of a playlist. Throws USAGE for anything but http. */
export function parseHttpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:') return url;
  throw new StreamctlError('USAGE', `playing ${text}: simulated viewers speak http only`);
}
