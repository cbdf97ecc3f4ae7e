/**
 * Drills: breaking a running cluster on purpose, and saying what viewers saw of it.
 *
 * A drill is: steady state holds → undo armed outside of this process → fault → proof that it bit → measure → heal →
 * steady state holds again → verdict. The engine is this order and nothing else: time, viewers, cluster, faults and undo
 * are collaborators. It is no load test, and it repairs nothing that it did not break.
 *
 * Invariants: nothing is broken before the steady state held and the undo is armed; however the engine ends, every undo
 * has been ordered; a fault without a proof never passes; an abort heals at once.
 */
import { StreamctlError } from '../base/errors.ts';
import type { ClusterProbe, ClusterSight } from './cluster-sight.ts';
import { concludeRun } from './conclude-run.ts';
import type { DrillClock } from './drill-clock.ts';
import { DrillCourse } from './drill-course.ts';
import type { DrillPlan } from './drill-plan.ts';
import type { DrillPictures, DrillRun } from './drill-result.ts';
import type { Fault, FaultSettings } from './faults/fault.ts';
import type { Journal } from './journal.ts';
import type { UndoKeeper } from './undo/undo-action.ts';
import type { ViewerFleet } from './viewers/viewer-sight.ts';
import type { Witness } from './viewers/witness.ts';

export interface DrillDeps {
  readonly clock: DrillClock;
  readonly probe: ClusterProbe;
  readonly fleet: ViewerFleet;
  /** Others who watch: a browser. */
  readonly witnesses: readonly Witness[];
  readonly journal: Journal;
  /** Finds what a fault would touch in the cluster as it is. */
  readonly resolveFault: (settings: FaultSettings, sight: ClusterSight) => Promise<Fault>;
  readonly startUndo: () => Promise<UndoKeeper>;
  /** 0 to below 1: when in a segment the fault comes. */
  readonly random: () => number;
}

export interface DrillIdentity {
  readonly id: string;
  readonly cluster: string;
  /** Of the cluster, in order: viewers are spread over them. */
  readonly regions: readonly string[];
  readonly segmentMs: number;
  /** Behind live at the most, for a steady state. */
  readonly behindSec: number;
}

export interface DrillOutcome {
  readonly run: DrillRun;
  readonly pictures: DrillPictures;
}

/**
 * Runs a drill to its end. Throws UNHEALTHY when there is no steady state to begin with, CONFLICT when it would break too
 * much, INTERRUPTED when it was stopped before anything was broken; what was broken is healed in all cases.
 */
export async function runDrill(
  plan: DrillPlan,
  deps: DrillDeps,
  { identity, signal }: { readonly identity: DrillIdentity; readonly signal: AbortSignal },
): Promise<DrillOutcome> {
  const course = new DrillCourse(plan, deps, { identity, signal });
  try {
    await course.gatherViewers();
    await course.awaitSteadyState();
    await course.faults.resolve(course.before!.sight);
    await course.faults.arm();
    await course.breakAndMeasure();
    await course.heal();
    await course.awaitRecovery();
    return await concludeRun(course);
  } catch (error) {
    throw error instanceof StreamctlError || !signal.aborted
      ? error
      : new StreamctlError('INTERRUPTED', 'the drill was stopped', { cause: error });
  } finally {
    await course.close();
  }
}
