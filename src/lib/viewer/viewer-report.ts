import type { QuantileSummary } from './quantiles.ts';

/** What a run of simulated viewers saw: printed by `viewer run --json`; fields are only ever added. */
export interface ViewerReport {
  readonly version: 1;
  readonly viewers: number;
  /** Region that the viewers asked, null when a URL was given instead. */
  readonly region: string | null;
  readonly stream: string | null;
  /** From the start of the first viewer to the end. */
  readonly seconds: number;
  /** Viewers that played. */
  readonly played: number;
  /** From the viewer's first request until both tracks could play; of those that played. */
  readonly startupMs: QuantileSummary;
  /** Wall clock minus program date time of the playhead, sampled with each video part of each viewer. */
  readonly liveEdgeSec: QuantileSummary;
  /** Sum of a viewer's stalls after its first frame. */
  readonly deadAirMs: QuantileSummary;
  readonly stalls: number;
  /** Jumps forward to live by viewers that had fallen too far behind. */
  readonly skips: number;
  /** Requests that failed. */
  readonly errors: number;
  readonly errorKinds: Readonly<Record<string, number>>;
  /** Frames of both tracks that should have come by decode time, or came twice; summed over the viewers. */
  readonly missingFrames: number;
  readonly repeatedFrames: number;
  readonly requests: number;
  /** Null when they played without the hedged loader. */
  readonly hedges: HedgeReport | null;
}

/** What viewers asked elsewhere, summed. */
export interface HedgeReport {
  /** By what made them: a failure, a late answer, an old state of the stream. */
  readonly error: number;
  readonly late: number;
  readonly stale: number;
  /** Hedges over a viewer's budget, which were not sent. */
  readonly heldBack: number;
  /** Changes of edge because of them, or because somebody steered; and returns to a nearer one. */
  readonly switches: number;
  readonly returns: number;
  /** Viewers by the region they play from now. */
  readonly playsFrom: Readonly<Record<string, number>>;
}

/** How a run goes, once a second. */
export interface ViewerProgress {
  readonly elapsedMs: number;
  readonly started: number;
  readonly playing: number;
  readonly stalled: number;
  readonly stalls: number;
  readonly errors: number;
  readonly requests: number;
  /** Viewers by the region they play from; empty without the hedged loader. */
  readonly playsFrom: Readonly<Record<string, number>>;
  /** Median of the distances seen so far. */
  readonly liveEdgeSec: number | null;
}
