/** What a finder of problems may look at: everything judged already, and the answers behind it. */
import type { NodeStatus, Problem, RegionStatus, StreamStatus } from '../cluster-status.ts';
import type { NodeAnswer } from '../node-answer.ts';
import type { ServiceLevels } from '../service-levels.ts';

export interface ClusterFacts {
  readonly cluster: string;
  readonly answers: readonly NodeAnswer[];
  readonly nodes: readonly NodeStatus[];
  readonly regions: readonly RegionStatus[];
  readonly streams: readonly StreamStatus[];
  readonly nowMs: number;
  readonly levels: ServiceLevels;
}

/** Finds the problems of one kind. Pure; returns them in the order of the spec. */
export type FindProblems = (facts: ClusterFacts) => Problem[];
