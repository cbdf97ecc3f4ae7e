/**
 * The hedged loader for hls.js: its public option `loader`, with the core of `lib/hedge` behind it. Two lines:
 *
 *     import { createHedgedLoader } from 'http://EDGE/assets/hedged-loader.js';
 *     const hls = new Hls({ ...config, loader: createHedgedLoader(Hls) });
 *
 * Every try is made by hls.js's own loader (or the one that is given), so that its settings, `xhrSetup` among them, hold
 * for each. hls.js sees one address, that of the first playlist; which edge answered is told by `HedgedLoaderClass.hedge`.
 */
import type {
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderContext,
  LoaderStats,
} from 'hls.js';
import type { HedgeEvent } from '../hedge/hedge-event.ts';
import type { HedgeSettings } from '../hedge/hedge-settings.ts';
import { type BaseLoaderClass, createAttempt, type LoadAnswer, type LoadFailure } from './load-attempt.ts';
import { LoaderHedge } from './loader-hedge.ts';
import { retryDelayMs } from './retry-delay.ts';

export interface HedgedLoaderOptions {
  /** What makes the tries; hls.js's own loader unless told. */
  readonly base?: BaseLoaderClass;
  /** Hears of each hedge and each change of pathway. */
  readonly onEvent?: (event: HedgeEvent) => void;
  readonly settings?: Partial<HedgeSettings>;
}

/** A class as hls.js wants it; all its instances share one `hedge`, so make one class for each player. */
export interface HedgedLoaderClass {
  new (config: HlsConfig): Loader<LoaderContext>;
  /** The pathways of this player: which is in use, what was hedged, planned moves. */
  readonly hedge: LoaderHedge;
}

/** Of hls.js's class: only where it keeps its own loader. */
export interface HlsClass {
  readonly DefaultConfig: { readonly loader: BaseLoaderClass };
}

/** Makes a loader class for one player. */
export function createHedgedLoader(hls: HlsClass, options: HedgedLoaderOptions = {}): HedgedLoaderClass {
  const Base = options.base ?? hls.DefaultConfig.loader;
  const hedge = new LoaderHedge(Base, options);
  return class extends HedgedLoader {
    static readonly hedge = hedge;

    constructor(config: HlsConfig) {
      super(config, { Base, hedge });
    }
  };
}

interface Shared {
  readonly Base: BaseLoaderClass;
  readonly hedge: LoaderHedge;
}

type Callbacks = LoaderCallbacks<LoaderContext>;

class HedgedLoader implements Loader<LoaderContext> {
  context: LoaderContext | null = null;
  readonly stats: LoaderStats = emptyStats();
  readonly #config: HlsConfig;
  readonly #shared: Shared;
  #callbacks: Callbacks | null = null;
  #winner: Loader<LoaderContext> | null = null;
  #giveUp: () => void = () => undefined;

  constructor(config: HlsConfig, shared: Shared) {
    this.#config = config;
    this.#shared = shared;
  }

  load(context: LoaderContext, configuration: LoaderConfiguration, callbacks: Callbacks): void {
    if (this.context !== null) throw new Error('a loader of hls.js is used once');
    this.context = context;
    this.#callbacks = callbacks;
    this.#ask(context, configuration);
  }

  abort(): void {
    const { context } = this;
    const callbacks = this.#end();
    if (callbacks === null || context === null) return;
    this.stats.aborted = true;
    callbacks.onAbort?.(this.stats, context, null);
  }

  destroy(): void {
    if (this.#end() !== null) this.stats.aborted = true;
    this.#winner?.destroy();
    this.#winner = null;
    this.context = null;
  }

  getCacheAge(): number | null {
    return this.#winner?.getCacheAge?.() ?? null;
  }

  getResponseHeader(name: string): string | null {
    return this.#winner?.getResponseHeader?.(name) ?? null;
  }

  #ask(context: LoaderContext, configuration: LoaderConfiguration): void {
    const { Base, hedge } = this.#shared;
    // The first try writes into hls.js's own figures, so that it can follow a slow download as it always does.
    let own: LoaderStats | null = this.stats;
    this.#giveUp = hedge.of(context, this.#config).request<LoadAnswer, LoadFailure>(
      {
        url: hedge.urlOf(context),
        kind: kindOf(context),
        send: (url, events) => {
          const loader = new Base(this.#config);
          if (own !== null) loader.stats = own;
          own = null;
          return createAttempt({ loader, context: { ...context, url }, configuration }, events);
        },
      },
      {
        onAnswer: (answer, { text }) => this.#succeed(context, answer, text),
        onFailure: (failure) => this.#fail(context, configuration, failure),
      },
    );
  }

  #succeed(context: LoaderContext, answer: LoadAnswer, text: string | null): void {
    const { loader, response, details } = answer;
    this.#winner = loader;
    // As if the winner had been asked alone: hls.js measures the network by these.
    const { retry } = this.stats;
    if (loader.stats !== this.stats) Object.assign(this.stats, loader.stats, { retry });
    this.stats.aborted = false;
    const data = this.#shared.hedge.see(context, text ?? response.data);
    const callbacks = this.#end();
    if (data instanceof ArrayBuffer) callbacks?.onProgress?.(this.stats, context, data, details);
    const asked = { ...response, url: context.url, ...(data === undefined ? {} : { data }) };
    callbacks?.onSuccess(asked, this.stats, context, details);
  }

  /** Tries again as the load policy says (hls.js leaves that to the loader for the first playlist), or gives up. */
  #fail(context: LoaderContext, configuration: LoaderConfiguration, failure: LoadFailure): void {
    const delayMs = retryDelayMs(configuration.loadPolicy, this.stats.retry, failure);
    if (delayMs !== null) {
      this.stats.retry += 1;
      Object.assign(this.stats.loading, { start: 0, first: 0, end: 0 });
      const timer = setTimeout(() => this.#ask(context, configuration), delayMs);
      this.#giveUp = () => clearTimeout(timer);
      return;
    }
    const callbacks = this.#end();
    this.stats.aborted = failure.isTimeout;
    if (failure.isTimeout) callbacks?.onTimeout(this.stats, context, failure.details);
    else
      callbacks?.onError({ code: failure.status, text: failure.text }, context, failure.details, this.stats);
  }

  /** Gives up what is under way; null when it was over already. */
  #end(): Callbacks | null {
    const callbacks = this.#callbacks;
    this.#callbacks = null;
    this.#giveUp();
    this.#giveUp = () => undefined;
    return callbacks;
  }
}

function kindOf({ type }: LoaderContext): 'playlist' | 'media' | 'other' {
  const name: string = type;
  if (['level', 'audioTrack', 'subtitleTrack'].includes(name)) return 'playlist';
  return name === 'media-fragment' || name === 'key' ? 'media' : 'other';
}

function emptyStats(): LoaderStats {
  return {
    aborted: false,
    loaded: 0,
    retry: 0,
    total: 0,
    chunkCount: 0,
    bwEstimate: 0,
    loading: { start: 0, first: 0, end: 0 },
    parsing: { start: 0, end: 0 },
    buffering: { start: 0, first: 0, end: 0 },
  };
}
