/** The measuring of a drill as steps in the order of time: a fault, its heal, viewers that join. */
import type { CourseFault, CourseFaults } from './course-faults.ts';
import type { DrillPlan, JoinPlan } from './drill-plan.ts';
import type { DrillDeps } from './run-drill.ts';

export interface WalkOptions {
  readonly plan: DrillPlan;
  readonly deps: Pick<DrillDeps, 'clock'>;
  readonly faults: CourseFaults;
  /** Unix milliseconds from which the times of the plan count. */
  readonly beganMs: number;
  /** Ends the walk. */
  readonly early: AbortSignal;
  /** Resolves with what is not steady, in words; at once when the walk is ended. */
  readonly awaitSteady: () => Promise<readonly string[]>;
  readonly welcome: (join: JoinPlan) => void;
  readonly stop: (why: string) => void;
}

interface Step {
  /** After the measuring began. */
  readonly atMs: number;
  readonly kind: 'fault' | 'fault when steady' | 'heal' | 'join';
  /** Resolves with a fault that is to be healed in its time. */
  readonly run: () => Promise<CourseFault | null>;
}

/**
 * Walks through all steps of the plan, or until something ends it early. A heal is due so long after its blow; a fault that waits
 * for the recovery comes after every heal that is due by then.
 */
export async function walkSteps(options: WalkOptions): Promise<void> {
  const { plan, deps, faults, beganMs, early, welcome } = options;
  const steps: Step[] = [
    ...faults.list.map((one): Step => {
      const { atMs, whenSteady } = one.planned;
      return { atMs, kind: whenSteady ? 'fault when steady' : 'fault', run: () => blow(one, options) };
    }),
    ...plan.joins.map(
      (join): Step => ({
        atMs: join.atMs,
        kind: 'join',
        run: async () => {
          welcome(join);
          return null;
        },
      }),
    ),
  ];
  for (;;) {
    const next = steps.sort((a, b) => a.atMs - b.atMs).shift();
    if (next === undefined) return;
    const heals = steps.filter(({ kind }) => kind === 'heal');
    if (next.kind === 'fault when steady' && heals.length > 0) {
      steps.push({ ...next, atMs: Math.max(...heals.map(({ atMs }) => atMs)) });
      continue;
    }
    const restMs = beganMs + next.atMs - deps.clock.nowMs();
    if (restMs > 0) await deps.clock.sleep(restMs, early);
    if (early.aborted) return;
    const injected = await next.run();
    if (injected?.planned.forMs == null || injected.injectedMs === null) continue;
    const atMs = injected.injectedMs - beganMs + injected.planned.forMs;
    steps.push({
      atMs,
      kind: 'heal',
      run: async () => {
        await faults.heal(injected);
        return null;
      },
    });
  }
}

async function blow(one: CourseFault, options: WalkOptions): Promise<CourseFault | null> {
  const { plan, deps, faults, beganMs, early, awaitSteady, stop } = options;
  const { whenSteady, forMs } = one.planned;
  if (whenSteady) {
    const unsteady = await awaitSteady();
    if (early.aborted) return null;
    if (unsteady.length > 0) {
      stop(`no steady state between two faults: ${unsteady.join('; ')}`);
      return null;
    }
    // What would not be over in time is left out.
    if (deps.clock.nowMs() - beganMs + (forMs ?? 0) > plan.durationMs) return null;
  }
  if (await faults.inject(one)) return one;
  stop('the fault did not bite');
  return null;
}
