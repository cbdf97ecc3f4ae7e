/** What a drill will do, before anything is touched. Types alone; JSON, so that a journal can hold it. */
import type { FaultSettings } from './faults/fault.ts';

/** One fault of a drill and when it is injected. */
export interface PlannedFault {
  /** Names it in the journal and for its undo: `1`, `2`, … */
  readonly id: string;
  /** After the measuring began. */
  readonly atMs: number;
  /** How long it lasts; null: until the end of the drill. */
  readonly forMs: number | null;
  /** Waits, at its time, until the cluster has recovered from the fault before. */
  readonly whenSteady: boolean;
  readonly settings: FaultSettings;
}

/** What must be seen for a pass; null: not judged. */
export interface Expectations {
  /** Dead air of the 99th percentile of viewers that played when the fault came. */
  readonly deadAirP99Ms: Bound | null;
  /** Behind live after the drill, minus before it. */
  readonly liveEdgeRiseSec: Bound | null;
  /** Startup of those who join during the fault, 95th percentile. */
  readonly startupP95Ms: Bound | null;
  /** From the fault until the controller, or a node's own report, says that something is wrong. */
  readonly detectMs: Bound | null;
  /** From the fault until every relay that lost its feed takes another one. */
  readonly switchMs: Bound | null;
  /** From the fault until the stream has as many replicas that serve as before. */
  readonly replaceMs: Bound | null;
  /** From the publisher's loss until the stream shows the slate, and from its return until the picture is back. */
  readonly slateMs: Bound | null;
  readonly returnMs: Bound | null;
  /** How long the stream showed the slate in all. */
  readonly slateForMs: Bound | null;
  /** From the fault until another store takes writes, or another controller acts; null: nothing of that is judged. */
  readonly handoverMs: Bound | null;
}

/** A figure must be at most this, and should be at most the aim. */
export interface Bound {
  readonly must: number;
  readonly aim: number;
}

/** Ends a drill early, with a heal: the share of viewers without a picture, and for how long. */
export interface StopCondition {
  /** `bystanders`: viewers of regions that the faults do not touch. */
  readonly who: 'all' | 'bystanders';
  /** 0 to 1; more than this share must be stalled. */
  readonly share: number;
  readonly forMs: number;
}

/** Viewers that join while the fault lasts. */
export interface JoinPlan {
  readonly atMs: number;
  /** Null: spread over all regions. */
  readonly region: string | null;
  readonly count: number;
  readonly withinMs: number;
}

export interface DrillLimits {
  /** How long the steady state may take to come, before and after. */
  readonly steadyMs: number;
  readonly recoveryMs: number;
  /** How long all must be well to count as steady, at most MAX_CALM_MS. */
  readonly calmMs: number;
  /** How long a fault may take to bite. */
  readonly biteMs: number;
  /** Most nodes that may be lost at a time; null: those of one region. */
  readonly nodes: number | null;
}

export interface DrillPlan {
  /** `fail-region`; of a file: its `name`. */
  readonly drill: string;
  readonly target: string | null;
  readonly stream: string;
  /** Of all regions together. */
  readonly viewers: number;
  readonly durationMs: number;
  readonly faults: readonly PlannedFault[];
  readonly joins: readonly JoinPlan[];
  readonly expectations: Expectations;
  readonly stops: readonly StopCondition[];
  readonly limits: DrillLimits;
}

/** Of all regions together. */
export const DEFAULT_VIEWERS = 100;

export const DEFAULT_LIMITS: DrillLimits = {
  steadyMs: 45_000,
  recoveryMs: 60_000,
  calmMs: 3_000,
  biteMs: 5_000,
  nodes: null,
};

/** Viewers are remembered no longer. */
export const MAX_CALM_MS = 8_000;

/** Half of all viewers may lose their picture when a region dies without a second one; more is never meant. */
export const DEFAULT_STOPS: readonly StopCondition[] = [
  { who: 'bystanders', share: 0.2, forMs: 5_000 },
  { who: 'all', share: 0.75, forMs: 10_000 },
];
