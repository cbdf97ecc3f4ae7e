import type { HlsConfig, LoaderContext } from 'hls.js';
import type { HedgeEvent, HedgeTally, SwitchWhy } from '../hedge/hedge-event.ts';
import type { HedgeIo } from '../hedge/hedge-io.ts';
import type { HedgeSettings } from '../hedge/hedge-settings.ts';
import { Hedger } from '../hedge/hedger.ts';
import type { Pathway } from '../hedge/pathway.ts';
import { type BaseLoaderClass, createAttempt } from './load-attempt.ts';
import { onePathway, pathwayToBeginWith, steeringPriority, steeringUrl } from './one-pathway.ts';

export interface LoaderHedgeOptions {
  readonly onEvent?: (event: HedgeEvent) => void;
  readonly settings?: Partial<HedgeSettings>;
}

export interface SwitchNote {
  readonly why: SwitchWhy;
  /** Name of the pathway. */
  readonly to: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

const NOTHING: HedgeTally = {
  requests: 0,
  hedges: { error: 0, late: 0, stale: 0 },
  heldBack: 0,
  switches: 0,
  returns: 0,
};

/** The pathways of one player: begins with the first playlist that it loads, and lives on when the player begins anew. */
export class LoaderHedge {
  readonly #Base: BaseLoaderClass;
  readonly #options: LoaderHedgeOptions;
  #hedger: Hedger | null = null;
  #homeUrl: string | null = null;
  #lastSwitch: SwitchNote | null = null;

  constructor(Base: BaseLoaderClass, options: LoaderHedgeOptions) {
    this.#Base = Base;
    this.#options = options;
  }

  /** The pathway in use; null before the first playlist. */
  get inUse(): Pathway | null {
    return this.#hedger?.inUse ?? null;
  }

  /** Nearest first. */
  get pathways(): readonly Pathway[] {
    return this.#hedger?.pathways ?? [];
  }

  /** The last change of pathway; null before one. */
  get lastSwitch(): SwitchNote | null {
    return this.#lastSwitch;
  }

  get tally(): HedgeTally {
    return this.#hedger?.tally ?? NOTHING;
  }

  /** A planned move: prefers these pathways, by name or region and in this order. */
  steer(names: readonly string[]): void {
    this.#hedger?.steer(names);
  }

  /** Where to get a file that the player does not load itself. */
  urlInUse(url: string): string {
    return this.#hedger?.urlInUse(url) ?? url;
  }

  close(): void {
    this.#hedger?.close();
    this.#hedger = null;
    this.#homeUrl = null;
  }

  /** Looks at what a request brought, and returns what hls.js is to see of it. */
  see<T>({ type }: LoaderContext, data: T): T | string {
    // hls.js asks for it as JSON, so that it is an object here; another loader may have left it a text.
    if ((type as string) === 'steering-manifest') this.steer(steeringPriority(data));
    if (typeof data === 'string' && (type as string) === 'manifest') {
      const first = pathwayToBeginWith(data);
      if (first !== null) this.steer([first]);
      return onePathway(data);
    }
    return data;
  }

  /** The address of a request as it is sent: a steering server is told which edges the player really has. */
  urlOf({ url, type }: LoaderContext): string {
    const hedger = this.#hedger;
    if ((type as string) !== 'steering-manifest' || hedger === null) return url;
    return steeringUrl(url, {
      home: hedger.home.name,
      inUse: hedger.bound,
      left: hedger.takeDepartures(),
    });
  }

  /** The hedger for a request. A first playlist of another place makes a new one; of another stream, it follows that from now on. */
  of({ url, type }: LoaderContext, config: HlsConfig): Hedger {
    const { origin } = new URL(url);
    const isFirst = (type as string) === 'manifest';
    const isElsewhere = isFirst && origin !== this.#homeUrl;
    const hedger = this.#hedger === null || isElsewhere ? this.#begin(origin, config) : this.#hedger;
    if (isFirst) hedger.follow(new URL('pathways.json', url).pathname);
    return hedger;
  }

  #begin(origin: string, config: HlsConfig): Hedger {
    this.close();
    const { settings } = this.#options;
    const onEvent = (event: HedgeEvent): void => this.#hear(event);
    const options = { homeUrl: origin, onEvent, ...(settings && { settings }) };
    const hedger = new Hedger(options, this.#io(config));
    this.#hedger = hedger;
    this.#homeUrl = origin;
    return hedger;
  }

  #hear(event: HedgeEvent): void {
    if (event.kind === 'switch') {
      const { why, to, atMs } = event;
      this.#lastSwitch = { why, to, atMs: performance.timeOrigin + atMs };
    }
    this.#options.onEvent?.(event);
  }

  #io(config: HlsConfig): HedgeIo {
    return {
      nowMs: () => performance.now(),
      random: Math.random,
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
      getText: (url, timeoutMs) => this.#getText(config, url, timeoutMs),
    };
  }

  #getText(config: HlsConfig, url: string, timeoutMs: number): Promise<string> {
    const loader = new this.#Base(config);
    const limits = { maxTimeToFirstByteMs: timeoutMs, maxLoadTimeMs: timeoutMs };
    const loadPolicy = { ...limits, errorRetry: null, timeoutRetry: null };
    const configuration = { loadPolicy, timeout: timeoutMs, maxRetry: 0, retryDelay: 0, maxRetryDelay: 0 };
    const context = { url, responseType: 'text', type: 'manifest' } as unknown as LoaderContext;
    return new Promise((resolve, reject) => {
      createAttempt(
        { loader, context, configuration },
        {
          onAnswer: (answer) => {
            const text = answer.text();
            loader.destroy();
            resolve(text);
          },
          onFailure: ({ status, text }) => reject(new Error(`GET ${url}: ${status} ${text}`)),
        },
      );
    });
  }
}
