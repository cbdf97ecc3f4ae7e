/** A low-latency player on a simulated clock that gets everything through a hedger, and notes when media came. */
import type { HedgeEvent } from '../../src/lib/hedge/hedge-event.ts';
import type { HedgeIo } from '../../src/lib/hedge/hedge-io.ts';
import type { HedgeSettings } from '../../src/lib/hedge/hedge-settings.ts';
import { Hedger } from '../../src/lib/hedge/hedger.ts';
import type { Pathway } from '../../src/lib/hedge/pathway.ts';
import { readPlaylistEdge } from '../../src/lib/hedge/playlist-edge.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import {
  PART_MS,
  type RegionAnswer,
  type RegionFault,
  SimulatedRegion,
  type SimulatedRegionOptions,
} from './simulated-region.ts';

const RETRY_MS = 200;
/** As hls.js gives up a request. */
const TIMEOUT_MS = 1600;

/** Two or more regions with one edge each, named us, eu, ap. */
export function simulatedRegions(
  clock: SimulatedClock,
  options: readonly Omit<SimulatedRegionOptions, 'pathway' | 'clock' | 'pathways'>[],
): SimulatedRegion[] {
  const names = ['us', 'eu', 'ap'].slice(0, options.length);
  const pathways = names.map(
    (region): Pathway => ({ name: `${region}-1`, region, baseUrl: `http://${region}` }),
  );
  return pathways.map(
    (pathway, at) => new SimulatedRegion({ ...options[at], pathway, clock, pathways: () => pathways }),
  );
}

export interface HedgedPlayerOptions {
  readonly clock: SimulatedClock;
  readonly regions: readonly SimulatedRegion[];
  readonly random?: () => number;
  readonly settings?: Partial<HedgeSettings>;
}

export class HedgedPlayer {
  readonly hedger: Hedger;
  readonly events: HedgeEvent[] = [];
  /** Failures that the player itself would have seen. */
  failures = 0;
  /** Longest time from when a part was made until it was here, since the last `takeWorstMs`. */
  #worstMs = 0;
  #mediaSequence = 0;
  #next: number | null = null;
  readonly #clock: SimulatedClock;
  readonly #regions: readonly SimulatedRegion[];

  constructor({ clock, regions, random = () => 0.5, settings = {} }: HedgedPlayerOptions) {
    this.#clock = clock;
    this.#regions = regions;
    const io: HedgeIo = {
      nowMs: () => clock.nowMs,
      random,
      after: (delayMs, run) =>
        clock.after(delayMs, () => {
          clock.willSettle();
          run();
        }),
      getText: (url, timeoutMs) => this.#getText(url, timeoutMs),
    };
    const onEvent = (event: HedgeEvent): void => void this.events.push(event);
    this.hedger = new Hedger({ homeUrl: 'http://us', settings, onEvent }, io);
  }

  start(): void {
    this.hedger.follow('/live/demo/pathways.json');
    this.#load('/live/demo/v/index.m3u8');
  }

  switches(): string[] {
    return this.events.flatMap((event) => (event.kind === 'switch' ? [`${event.why} ${event.to}`] : []));
  }

  takeWorstMs(): number {
    const worstMs = Math.max(this.#worstMs, this.#next === null ? 0 : this.#ageMs(this.#next) - PART_MS);
    this.#worstMs = 0;
    return worstMs;
  }

  #load(path: string): void {
    this.#request(path, (text) => {
      const edge = readPlaylistEdge(text)!;
      if (edge.mediaSequence < this.#mediaSequence)
        throw new Error(`media sequence back at ${edge.mediaSequence}`);
      this.#mediaSequence = edge.mediaSequence;
      const until = edge.nextMsn * 4 + edge.nextPart;
      for (let part = this.#next ?? until - 3; part < until; part += 1) this.#getPart(part);
      this.#next = Math.max(this.#next ?? 0, until);
      const directives = `_HLS_msn=${Math.floor(until / 4)}&_HLS_part=${until % 4}&_HLS_skip=YES`;
      this.#load(`/live/demo/v/index.m3u8?${directives}`);
    });
  }

  #getPart(part: number): void {
    this.#request(`/live/demo/v/${Math.floor(part / 4)}.${part % 4}.m4s`, () => {
      this.#worstMs = Math.max(this.#worstMs, this.#ageMs(part));
    });
  }

  /** Since the nearest region could have it. */
  #ageMs(part: number): number {
    return this.#clock.nowMs - (part - 399) * PART_MS;
  }

  #request(path: string, take: (text: string) => void): void {
    this.hedger.request(
      {
        url: `http://us${path}`,
        kind: path.includes('.m3u8') ? 'playlist' : 'media',
        send: (url, events) => {
          const stop = this.#ask(url, TIMEOUT_MS, (answer) => {
            if (answer?.status === 200) events.onAnswer({ text: () => answer.text });
            else events.onFailure(answer?.status ?? 0);
          });
          return { progress: () => 0, cancel: stop };
        },
      },
      {
        onAnswer: (answer, { text }) => take(text ?? answer.text()),
        onFailure: () => {
          this.failures += 1;
          this.#clock.after(RETRY_MS, () => this.#request(path, take));
        },
      },
    );
  }

  #ask(url: string, timeoutMs: number, done: (answer: RegionAnswer | null) => void): () => void {
    const { origin, pathname, search } = new URL(url);
    const region = this.#regions.find(({ pathway }) => pathway.baseUrl === origin)!;
    const end = (answer: RegionAnswer | null): void => {
      stopTimer();
      stop();
      done(answer);
    };
    const stopTimer = this.#clock.after(timeoutMs, () => end(null));
    const stop = region.ask(`${pathname}${search}`, end);
    return () => {
      stopTimer();
      stop();
    };
  }

  #getText(url: string, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#ask(url, timeoutMs, (answer) => {
        this.#clock.willSettle();
        if (answer?.status === 200) resolve(answer.text);
        else reject(new Error(`status ${answer?.status ?? 'none'}`));
      });
    });
  }
}

export const FAULTS: readonly RegionFault[] = [
  'refused',
  'hung',
  'old-200',
  'held-200',
  'held-503',
  'past-end',
];
