/** What a drill found: the stable surface of `drill … --json`, of its reports and of its history. Types alone. */
import type { QuantileSummary } from '../viewer/quantiles.ts';
import type { DrillEvent } from './journal.ts';
import type { ViewerBand, ViewerSecond } from './watch/viewer-log.ts';

/**
 * `unknown`: the fault was not seen to bite, or this machine was too busy to tell. `aborted`: stopped by a person or
 * by a loss that the drill did not mean. `recovery-failed`: healed, and not as before within the limit.
 */
export type Verdict = 'pass' | 'fail' | 'unknown' | 'aborted' | 'recovery-failed';

/** One expectation and what was seen. */
export interface Finding {
  /** `dead air p99`. */
  readonly name: string;
  /** `ms`, `s`. */
  readonly unit: string;
  /** Null: it was not seen. */
  readonly value: number | null;
  /** At most these. */
  readonly must: number;
  readonly aim: number;
  readonly result: 'aim' | 'must' | 'miss';
}

/** What viewers saw. */
export interface ViewerFigures {
  /** Viewers that played when the fault came, by their own region. */
  readonly byRegion: Readonly<Record<string, number>>;
  /** From the fault until all was steady again, of viewers that played when it came. */
  readonly deadAirMs: QuantileSummary;
  /** The same, of each viewer. */
  readonly deadAirEachMs: readonly number[];
  /** Share of viewers with any dead air, 0 to 1. */
  readonly affectedShare: number;
  readonly affected: number;
  /** Median of the viewers: before the fault, the worst second during it, after the recovery. */
  readonly liveEdgeSec: {
    readonly before: number | null;
    readonly during: number | null;
    readonly after: number | null;
  };
  /** From the fault until the last viewer of a region without edges played from another; null: none was, or not all did. */
  readonly movedMs: number | null;
  /** Of those who joined while the fault lasted. */
  readonly joined: number;
  readonly joinedNeverPlayed: number;
  readonly startupMs: QuantileSummary;
  readonly missingFrames: number;
  readonly repeatedFrames: number;
  readonly failedRequests: number;
  readonly requests: number;
}

/** What the cluster did; milliseconds from the fault (of many the worst), null when it was not seen. */
export interface ClusterFigures {
  /** Until the cluster itself said that something is wrong. */
  readonly detectMs: number | null;
  /** Who said so: `controller`, or the node whose report it was. */
  readonly detectedBy: string | null;
  /** Until the last relay that had gone by what broke went on with another feed. */
  readonly switchMs: number | null;
  /** Until as many replicas serve as before. */
  readonly replaceMs: number | null;
  /** Until the stream's state said slate, and from the publisher's return until it said live. */
  readonly slateMs: number | null;
  readonly returnMs: number | null;
  /** How long the stream showed the slate in all. */
  readonly slateForMs: number;
}

/** What the cluster had reason to do: it is only then missed. */
export interface ClusterDuties {
  /** Nodes were lost, and a controller was there to see it. */
  readonly detect: boolean;
  /** A replica was lost, and another node could have taken it. */
  readonly replace: boolean;
  /** The publisher was cut off; it was let back. */
  readonly slate: boolean;
  readonly comeBack: boolean;
}

export interface SteadyResult {
  readonly ok: boolean;
  /** In words: what held, or what did not. */
  readonly text: string;
}

/** One run of a drill. */
export interface DrillRun extends ClusterFigures {
  /** Names its folder. */
  readonly id: string;
  readonly drill: string;
  readonly target: string | null;
  readonly stream: string;
  readonly cluster: string;
  readonly verdict: Verdict;
  /** Why the verdict is not `pass`, in words. */
  readonly reasons: readonly string[];
  readonly findings: readonly Finding[];
  readonly startedMs: number;
  /** Unix milliseconds; null when it came to none. */
  readonly faultMs: number | null;
  readonly healedMs: number | null;
  readonly endedMs: number;
  /** From the heal until the steady state held again. */
  readonly recoveredMs: number | null;
  readonly viewers: number;
  readonly seen: ViewerFigures;
  readonly steadyState: { readonly before: SteadyResult; readonly after: SteadyResult | null };
  /** The longest time that the measuring itself stood still, milliseconds. */
  readonly worstLagMs: number;
  /** Most of its CPU that the host of a node's machine kept back, a share of 1; absent in records of older versions. */
  readonly worstStolen?: number;
  readonly events: readonly DrillEvent[];
}

/** What is drawn and not printed. */
export interface DrillPictures {
  readonly bands: readonly ViewerBand[];
  readonly seconds: readonly ViewerSecond[];
}
