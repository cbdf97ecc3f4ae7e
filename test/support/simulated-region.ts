/** An edge of a region on a simulated clock: a stream on the epoch grid, and what may go wrong with it. */
import type { Pathway } from '../../src/lib/hedge/pathway.ts';
import { formatMediaPlaylist } from '../../src/lib/hls/format-media-playlist.ts';
import type { PlaylistSegment } from '../../src/lib/hls/media-playlist.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/**
 * `refused`: connections end at once. `hung`: nothing is answered. `old-200`: playlists as they were when it began, at
 * once; `held-200`: after 1.5 s; `held-503`: 503 after 0.6 s for what does not come any more; `past-end`: the end of an
 * earlier show, at once.
 */
export type RegionFault = 'none' | 'refused' | 'hung' | 'old-200' | 'held-200' | 'held-503' | 'past-end';

export interface RegionAnswer {
  readonly status: number;
  readonly text: string;
}

export interface SimulatedRegionOptions {
  readonly pathway: Pathway;
  readonly clock: SimulatedClock;
  /** There and back. */
  readonly roundTripMs?: number;
  /** Its media comes so much later. */
  readonly lagMs?: number;
  readonly windowSegments?: number;
  readonly pathways: () => readonly Pathway[];
}

export const PART_MS = 500;
const SEGMENT_PARTS = 4;
const DELTA_SEGMENTS = 6;
/** Parts that there were at time 0. */
const FIRST_EDGE = 400;
/** Parts of an earlier show. */
const PAST_EDGE = 80;

interface Exchange {
  /** The part that it waits for; null when it does not block. */
  readonly asked: number | null;
  readonly begunMs: number;
  look(): void;
  broken(): void;
}

export class SimulatedRegion {
  readonly pathway: Pathway;
  /** Times and paths of the requests that reached it. */
  readonly requests: { readonly atMs: number; readonly path: string }[] = [];
  lagMs: number;
  /** Every answer comes so much later. */
  delayMs = 0;
  /** Whether the next request is answered with 503. */
  fails: () => boolean = () => false;
  readonly #options: SimulatedRegionOptions;
  #fault: RegionFault = 'none';
  #frozenAtMs = 0;
  /** Requests that are not answered yet; a dying region takes them with it. */
  readonly #open = new Set<Exchange>();

  constructor(options: SimulatedRegionOptions) {
    this.#options = options;
    this.pathway = options.pathway;
    this.lagMs = options.lagMs ?? 0;
  }

  get fault(): RegionFault {
    return this.#fault;
  }

  set fault(fault: RegionFault) {
    this.#fault = fault;
    this.#frozenAtMs = this.#options.clock.nowMs;
    if (fault === 'refused') for (const { broken } of [...this.#open]) broken();
    for (const { look } of [...this.#open]) look();
  }

  /** Asks for a path; null: the connection was refused or broke. Returns what gives the request up. */
  ask(path: string, done: (answer: RegionAnswer | null) => void): () => void {
    const { clock, roundTripMs = 2 } = this.#options;
    const url = new URL(path, 'http://region');
    const exchange: Exchange = {
      asked: partAsked(url),
      begunMs: Number.NaN,
      look: () => undefined,
      broken: () => end(null),
    };
    let cancel: () => void = () => undefined;
    const step = (delayMs: number, run: () => void): void => {
      cancel();
      cancel = clock.after(delayMs, run);
    };
    const end = (answer: RegionAnswer | null): void => {
      cancel();
      this.#open.delete(exchange);
      done(answer);
    };
    const look = (): void => {
      const waitMs = this.#waitMs(exchange);
      if (waitMs === Number.POSITIVE_INFINITY) {
        cancel();
        return;
      }
      if (waitMs > 0) {
        step(waitMs, look);
        return;
      }
      const answer = this.fails() ? { status: 503, text: '' } : this.#answer(url, exchange.asked);
      exchange.look = () => undefined;
      step(this.delayMs + roundTripMs / 2, () => this.#fault !== 'hung' && end(answer));
    };
    this.#open.add(exchange);
    step(roundTripMs / 2, () => {
      this.requests.push({ atMs: clock.nowMs, path });
      if (this.#fault === 'refused') return end(null);
      Object.assign(exchange, { begunMs: clock.nowMs, look });
      look();
    });
    return () => {
      cancel();
      this.#open.delete(exchange);
    };
  }

  /** How long to wait before it can be answered, as things are now. */
  #waitMs({ asked, begunMs }: Exchange): number {
    const { nowMs } = this.#options.clock;
    if (this.#fault === 'hung') return Number.POSITIVE_INFINITY;
    const atOnce = this.#fault === 'old-200' || this.#fault === 'past-end';
    if (asked === null || atOnce || this.#edge() > asked) return 0;
    const heldMs = this.#fault === 'held-200' ? 1500 : this.#fault === 'held-503' ? 600 : null;
    if (heldMs === null) return (asked + 1 - FIRST_EDGE) * PART_MS + this.lagMs - nowMs;
    return Math.max(begunMs, this.#frozenAtMs) + heldMs - nowMs;
  }

  #answer(url: URL, asked: number | null): RegionAnswer {
    if (this.#fault === 'held-503' && asked !== null && this.#edge() <= asked)
      return { status: 503, text: '' };
    if (url.pathname.endsWith('/pathways.json')) {
      const report = { version: 1, node: this.pathway.name, pathways: this.#options.pathways() };
      return { status: 200, text: JSON.stringify(report) };
    }
    if (/\/(master\.m3u8|init\.mp4)$/.test(url.pathname)) return { status: 200, text: '' };
    if (url.pathname.endsWith('/index.m3u8')) {
      return { status: 200, text: this.#playlist(url.searchParams.has('_HLS_skip')) };
    }
    const [msn = 0, part = 0] = url.pathname.split('/').at(-1)!.split('.').map(Number);
    return { status: msn * SEGMENT_PARTS + part < this.#edge() ? 200 : 404, text: '' };
  }

  /** Parts there are, numbered over all segments. */
  #edge(): number {
    if (this.#fault === 'past-end') return PAST_EDGE;
    const isFrozen = ['old-200', 'held-200', 'held-503'].includes(this.#fault);
    const nowMs = isFrozen ? this.#frozenAtMs : this.#options.clock.nowMs;
    return FIRST_EDGE + Math.floor((nowMs - this.lagMs) / PART_MS);
  }

  #playlist(delta: boolean): string {
    const edge = this.#edge();
    const last = Math.floor((edge - 1) / SEGMENT_PARTS);
    const first = last - (this.#options.windowSegments ?? 12);
    const skipped = delta ? Math.max(0, last - DELTA_SEGMENTS - first) : 0;
    const segments = Array.from({ length: last - first - skipped + 1 }, (_, at) =>
      segment(first + skipped + at, edge),
    );
    return formatMediaPlaylist({
      version: 9,
      targetDurationSec: 2,
      independentSegments: true,
      serverControl: { canBlockReload: true, partHoldBackSec: 1.5, holdBackSec: 6, canSkipUntilSec: 12 },
      partTargetSec: PART_MS / 1000,
      mediaSequence: first,
      discontinuitySequence: 0,
      skippedSegments: skipped,
      segments,
      preloadHintUri: null,
      renditionReports: [],
      ended: this.#fault === 'past-end',
    });
  }
}

function segment(msn: number, edge: number): PlaylistSegment {
  const count = Math.min(SEGMENT_PARTS, edge - msn * SEGMENT_PARTS);
  return {
    msn,
    uri: count === SEGMENT_PARTS ? `${msn}.m4s` : null,
    durationSec: (count * PART_MS) / 1000,
    programDateTimeMs: msn * SEGMENT_PARTS * PART_MS,
    discontinuity: false,
    mapUri: 'init.mp4',
    parts: Array.from({ length: edge - msn * SEGMENT_PARTS < 12 ? count : 0 }, (_, part) => ({
      uri: `${msn}.${part}.m4s`,
      durationSec: PART_MS / 1000,
      independent: part === 0,
    })),
  };
}

/** The part that a blocking reload waits for; null when it does not block. */
function partAsked(url: URL): number | null {
  const msn = url.searchParams.get('_HLS_msn');
  return msn === null ? null : Number(msn) * SEGMENT_PARTS + Number(url.searchParams.get('_HLS_part') ?? 0);
}
