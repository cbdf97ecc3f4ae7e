/** What a finder of problems may look at: everything judged already, and the answers behind it. */
import type { NodeStatus, Problem, RegionStatus, StreamStatus } from '../cluster-status.ts';
import type { WorkingController } from '../find-controller.ts';
import type { NodeAnswer } from '../node-answer.ts';
import type { UnitReport } from '../report.ts';
import type { ServiceLevels } from '../service-levels.ts';

/** Why a stream got no (further) replica. */
export interface StreamRefusal {
  readonly stream: string;
  readonly atMs: number;
  readonly lack: string;
  readonly cure: string;
}

/** A unit beside the nodes: a test publisher, or a relay and where it sends. */
export interface PublisherFacts {
  readonly unit: UnitReport;
  /** Of a relay whose encoder is there; else empty. */
  readonly targets: readonly {
    readonly url: string;
    readonly state: string;
    readonly fault: string | null;
  }[];
}

/** A command that changes the cluster, as its journals tell. */
export interface OperationFacts {
  /** `streamctl up`. */
  readonly command: string;
  readonly who: string;
  readonly host: string;
  readonly atMs: number;
  /** What it was at last, in words; empty when nobody knows. */
  readonly step: string;
}

/** Who changes the cluster, and who left something half done. */
export interface OperationsFacts {
  /** A command has the lock now: what is half done is under way. */
  readonly isBusy: boolean;
  /** A command that did not come to its end, and that the next one of its kind goes on with. */
  readonly unfinished: OperationFacts | null;
}

export interface ClusterFacts {
  readonly cluster: string;
  readonly answers: readonly NodeAnswer[];
  readonly nodes: readonly NodeStatus[];
  readonly regions: readonly RegionStatus[];
  readonly streams: readonly StreamStatus[];
  readonly refusals: readonly StreamRefusal[];
  readonly publishers: readonly PublisherFacts[];
  readonly operations: OperationsFacts;
  /** Null when none of those who answered is at work. */
  readonly controller: WorkingController | null;
  readonly nowMs: number;
  readonly levels: ServiceLevels;
}

/** Finds the problems of one kind. Pure; returns them in the order of the spec. */
export type FindProblems = (facts: ClusterFacts) => Problem[];
