/**
 * The hls.js settings for our streams, in one place: the player page uses them and `player-config` prints them.
 *
 * This folder is what a player needs beside the media: settings, what they mean when something fails, and the words
 * for what a viewer sees. It fetches nothing. Everything here is plain data or pure, so that it runs in a browser
 * and in Node alike. Names and defaults: hls.js 1.7, docs/API.md.
 */

/** How often hls.js tries again, and how long it waits between (RetryConfig of hls.js). */
export interface RetryPolicy {
  readonly maxNumRetry: number;
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
  readonly backoff?: 'exponential' | 'linear';
}

/** LoadPolicy of hls.js. */
export interface LoadPolicy {
  readonly default: {
    readonly maxTimeToFirstByteMs: number;
    readonly maxLoadTimeMs: number;
    readonly timeoutRetry: RetryPolicy | null;
    readonly errorRetry: RetryPolicy | null;
  };
}

const AT_ONCE = { retryDelayMs: 0, maxRetryDelayMs: 0 } as const;

export const HLS_CONFIG = {
  /** Parts, blocking reloads, PART-HOLD-BACK as the target. Without it: whole segments, three of them behind. */
  lowLatencyMode: true,
  /**
   * Playback rate while over the target latency. 1 (the default) stays 0.6 to 0.9 s over it for ever; higher comes
   * back sooner and is heard: from about 1.1 on as a change of tempo.
   */
  maxLiveSyncPlaybackRate: 1.1,
  /** Seconds by which the target grows with each stall, at most a target duration; 1 by default, a part is enough. */
  liveSyncOnStallIncrease: 0.5,
  /**
   * Milliseconds after which a rendition that failed may be chosen again; 0 (the default) never, until it has played, which
   * it does not while nobody chooses it.
   */
  errorPenaltyExpireMs: 30_000,
  /** Unchanged playlists in a row before an edge counts as frozen; Infinity by default, which never notices. */
  liveMaxUnchangedPlaylistRefresh: 4,
  /** Seconds of media kept behind the playhead; without a bound a day of watching fills the memory. */
  backBufferLength: 30,
  /** A live stream has no duration: the page shows none and the browser does not end at one. */
  liveDurationInfinity: true,
  /** A first segment loaded only to measure bandwidth costs the start its round trips. */
  testBandwidth: false,
  /** Bits per second assumed until measured: starts in the middle of a usual ladder, not at its bottom. */
  abrEwmaDefaultEstimate: 2_500_000,
  /** The first playlist. Given up after 3 × 2 s; the page then says offline and tries again by itself. */
  manifestLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 2000,
      maxLoadTimeMs: 4000,
      timeoutRetry: { maxNumRetry: 1, ...AT_ONCE },
      errorRetry: { maxNumRetry: 1, retryDelayMs: 250, maxRetryDelayMs: 1000 },
    },
  },
  /**
   * Media playlists. A blocking reload is answered within a part target when all is well, so 2 s of silence is a
   * fault. hls.js lowers this further, to max(3 × part target, 0.8 × target duration).
   */
  playlistLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 2000,
      maxLoadTimeMs: 4000,
      timeoutRetry: { maxNumRetry: 1, ...AT_ONCE },
      errorRetry: { maxNumRetry: 2, retryDelayMs: 200, maxRetryDelayMs: 400 },
    },
  },
  /** Parts and segments are there when they are listed: the first byte takes a round trip. */
  fragLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 1500,
      maxLoadTimeMs: 4000,
      timeoutRetry: { maxNumRetry: 1, ...AT_ONCE },
      errorRetry: { maxNumRetry: 2, retryDelayMs: 200, maxRetryDelayMs: 400 },
    },
  },
  /** Who steers is the edge that plays: when it is lost, so is this, and the order that was known holds. */
  steeringManifestLoadPolicy: {
    default: { maxTimeToFirstByteMs: 2000, maxLoadTimeMs: 4000, timeoutRetry: null, errorRetry: null },
  },
} as const satisfies Record<string, number | boolean | LoadPolicy>;

/** Settings of hls.js as `player-config` prints them: of those that the page has, perhaps with other values, and more. */
export type HlsSettings = Readonly<Record<string, number | boolean | LoadPolicy>> & {
  readonly [Policy in 'manifestLoadPolicy' | 'playlistLoadPolicy' | 'fragLoadPolicy']: LoadPolicy;
} & { readonly liveMaxUnchangedPlaylistRefresh: number };

/**
 * Seconds over the target latency from which a player that did not ask for the past jumps to live. hls.js speeds up
 * for the first few seconds only and takes all beyond for a recording, in which it would stay for ever.
 */
export const JUMP_TO_LIVE_SEC = 4;
