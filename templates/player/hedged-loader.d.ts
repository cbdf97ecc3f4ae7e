/** Types of assets/hedged-loader.js, which every edge serves, for hls.js 1.7. Times of events are `performance.now()`. */
import type { HlsConfig, Loader, LoaderContext } from 'hls.js';

/** One way to reach the same streams: an edge. */
export interface Pathway {
  readonly name: string;
  readonly region: string;
  /** No slash at the end. */
  readonly baseUrl: string;
}

/** Why a request is asked elsewhere too: it failed, is over its time, or brought an old state of the stream. */
export type HedgeWhy = 'error' | 'late' | 'stale';

/** Why another edge is in use: a hedge won, the nearer one is well again, or somebody decided it. */
export type SwitchWhy = HedgeWhy | 'return' | 'steering';

/** Edges by name. */
export type HedgeEvent =
  | {
      readonly kind: 'hedge';
      readonly atMs: number;
      readonly why: HedgeWhy;
      readonly from: string;
      readonly to: string;
      readonly path: string;
      /** From the request until it was asked elsewhere. */
      readonly afterMs: number;
    }
  | {
      readonly kind: 'switch';
      readonly atMs: number;
      readonly why: SwitchWhy;
      readonly from: string;
      readonly to: string;
    }
  | {
      /** A hedge over the budget, which was not sent. */
      readonly kind: 'held-back';
      readonly atMs: number;
      readonly why: HedgeWhy;
      readonly path: string;
    };

/** Sums since the start. */
export interface HedgeTally {
  readonly requests: number;
  readonly hedges: Readonly<Record<HedgeWhy, number>>;
  readonly heldBack: number;
  readonly switches: number;
  readonly returns: number;
}

/** The edges of one player. */
export interface LoaderHedge {
  /** Null before the first playlist. */
  readonly inUse: Pathway | null;
  /** Nearest first. */
  readonly pathways: readonly Pathway[];
  /** Unix milliseconds; null before one. */
  readonly lastSwitch: { readonly why: SwitchWhy; readonly to: string; readonly atMs: number } | null;
  readonly tally: HedgeTally;
  /** A planned move: prefers these edges, by name or region and in this order. */
  steer(names: readonly string[]): void;
  /** Where to get a file that the player does not load itself. */
  urlInUse(url: string): string;
  /** Stops looking after edges at once, as it does by itself a minute after the player's last request. */
  close(): void;
}

/** For hls.js's option `loader`. */
export interface HedgedLoaderClass {
  new (config: HlsConfig): Loader<LoaderContext>;
  readonly hedge: LoaderHedge;
}

export interface HedgedLoaderOptions {
  /** Makes the tries; hls.js's own loader unless told. */
  readonly base?: new (
    config: HlsConfig,
  ) => Loader<LoaderContext>;
  /** Hears of each hedge and each change of edge. */
  readonly onEvent?: (event: HedgeEvent) => void;
}

/** Makes a loader class for one player: `new Hls({ ...config, loader: createHedgedLoader(Hls) })`. */
export function createHedgedLoader(
  hls: { readonly DefaultConfig: { readonly loader: new (config: HlsConfig) => Loader<LoaderContext> } },
  options?: HedgedLoaderOptions,
): HedgedLoaderClass;
