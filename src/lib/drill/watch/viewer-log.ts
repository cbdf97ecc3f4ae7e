/**
 * What the viewers of a drill went through, sampled: everything at the moments that count, the rest in few numbers, so
 * that ten minutes with a thousand viewers fit into memory. Pure.
 */
import type { ViewerSight } from '../viewers/viewer-sight.ts';

export interface Sample {
  readonly atMs: number;
  readonly viewers: readonly ViewerSight[];
}

/** One viewer over time, for the drawing: `[Unix ms, buffered ms, state]`. */
export interface ViewerBand {
  readonly id: number;
  readonly region: string;
  readonly joinedMs: number;
  readonly points: (readonly [number, number, BandState])[];
}

/** `p` playing, `s` stalled, `w` waiting for its first frame, `f` finished, `o` playing from another region. */
export type BandState = 'p' | 's' | 'w' | 'f' | 'o';

/** All viewers in one second. */
export interface ViewerSecond {
  readonly atMs: number;
  readonly playing: number;
  /** The most at a time. */
  readonly stalled: number;
  /** Median over the viewers that have begun to play; null without any. */
  readonly liveEdgeSec: number | null;
}

const RECENT_MS = 8_000;
const BAND_EVERY_MS = 200;
const SECOND_MS = 1_000;
/** Of each region. */
const MAX_BANDS = 60;

export class ViewerLog {
  readonly seconds: ViewerSecond[] = [];
  readonly #bands = new Map<number, ViewerBand>();
  #recent: Sample[] = [];
  /** Most viewers without a picture at a time, since the last second that was noted. */
  #mostStalled = 0;

  add(sample: Sample): void {
    this.#recent.push(sample);
    const oldestMs = sample.atMs - RECENT_MS;
    while (this.#recent[0] !== undefined && this.#recent[0].atMs < oldestMs) this.#recent.shift();
    this.#mostStalled = Math.max(this.#mostStalled, countStalled(sample));
    if (sample.atMs - (this.seconds.at(-1)?.atMs ?? 0) >= SECOND_MS) {
      this.seconds.push({ ...sumUp(sample), stalled: this.#mostStalled });
      this.#mostStalled = 0;
    }
    for (const viewer of sample.viewers) this.#draw(viewer, sample.atMs);
  }

  /** The newest sample; null before the first. */
  get latest(): Sample | null {
    return this.#recent.at(-1) ?? null;
  }

  /** Samples not older than that, oldest first; at most eight seconds of them. */
  since(fromMs: number): readonly Sample[] {
    return this.#recent.filter(({ atMs }) => atMs >= fromMs);
  }

  get bands(): readonly ViewerBand[] {
    return [...this.#bands.values()];
  }

  #draw(viewer: ViewerSight, atMs: number): void {
    let band = this.#bands.get(viewer.id);
    if (band === undefined) {
      const drawn = this.bands.filter(({ region }) => region === viewer.region).length;
      if (drawn >= MAX_BANDS) return;
      band = { id: viewer.id, region: viewer.region, joinedMs: viewer.joinedMs, points: [] };
      this.#bands.set(viewer.id, band);
    }
    const state = bandState(viewer);
    const last = band.points.at(-1);
    if (last !== undefined && last[2] === state && atMs - last[0] < BAND_EVERY_MS) return;
    band.points.push([Math.round(atMs), Math.round(viewer.aheadMs), state]);
  }
}

function bandState({ state, playsFrom, region }: ViewerSight): BandState {
  if (state === 'stalled') return 's';
  if (state === 'starting') return 'w';
  if (state === 'finished') return 'f';
  return playsFrom !== null && playsFrom !== region ? 'o' : 'p';
}

function countStalled({ viewers }: Pick<Sample, 'viewers'>): number {
  return viewers.filter(({ state }) => state === 'stalled').length;
}

function sumUp({ atMs, viewers }: Sample): ViewerSecond {
  return {
    atMs,
    playing: viewers.filter(({ state }) => state === 'playing').length,
    stalled: countStalled({ viewers }),
    liveEdgeSec: medianLiveEdge(viewers),
  };
}

/** Median distance from live, seconds, over the viewers that have begun to play. */
export function medianLiveEdge(viewers: readonly ViewerSight[]): number | null {
  const edges = viewers
    .filter(({ state }) => state !== 'finished')
    .flatMap(({ liveEdgeSec }) => (liveEdgeSec === null ? [] : [liveEdgeSec]))
    .sort((a, b) => a - b);
  return edges[Math.floor((edges.length - 1) / 2)] ?? null;
}
