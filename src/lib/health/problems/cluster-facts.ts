/** What a finder of problems may look at: everything judged already, and the answers behind it. */
import type { NodeStatus, Problem, RegionStatus, StreamStatus } from '../cluster-status.ts';
import type { WorkingController } from '../find-controller.ts';
import type { NodeAnswer } from '../node-answer.ts';
import type { ServiceLevels } from '../service-levels.ts';

/** Why a stream got no (further) replica. */
export interface StreamRefusal {
  readonly stream: string;
  readonly atMs: number;
  readonly lack: string;
  readonly cure: string;
}

export interface ClusterFacts {
  readonly cluster: string;
  readonly answers: readonly NodeAnswer[];
  readonly nodes: readonly NodeStatus[];
  readonly regions: readonly RegionStatus[];
  readonly streams: readonly StreamStatus[];
  readonly refusals: readonly StreamRefusal[];
  /** Null when none of those who answered is at work. */
  readonly controller: WorkingController | null;
  readonly nowMs: number;
  readonly levels: ServiceLevels;
}

/** Finds the problems of one kind. Pure; returns them in the order of the spec. */
export type FindProblems = (facts: ClusterFacts) => Problem[];
