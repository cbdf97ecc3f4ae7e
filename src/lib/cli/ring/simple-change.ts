/** Changes of the ring that provision nothing: drain, undrain, set-weight, pin, unpin, and taking such a change back. */

import { loadKnownEpoch } from '../../health/load-known-epoch.ts';
import { type ChangeRequest, changeRing, planChange } from '../../membership/change-ring.ts';
import type { RingEdit } from '../../membership/edits.ts';
import { loadRingState } from '../../membership/ring-state.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { createReach } from '../../nodes/reach.ts';
import type { Step } from '../../provision/context.ts';
import { describeOperator } from '../../provision/operation/operator.ts';
import {
  awaitChange,
  leaveMoves,
  loadOpenMoves,
  type MoveResult,
  type OpenMove,
} from '../../provision/ring/await-change.ts';
import type { RingChangeContext } from '../../provision/ring/change-context.ts';
import type { SpecEdit } from '../../spec/edit/edit-spec.ts';
import type { RingRecord } from '../../store/ring-records.ts';
import type { Store } from '../../store/store.ts';
import { runSteps } from '../run-steps.ts';
import { formatRingPlan } from '../views/format-ring-plan.ts';
import { printOutcome, type RingChangeReport, reportChange, withUndo } from './change-report.ts';
import { type PlanReport, refuseLoss, reportPlan } from './plan-report.ts';
import type { ClusterCall, RingCall } from './ring-change-command.ts';
import { sayUnapplied } from './say-unapplied.ts';
import { withSpecEdits } from './with-spec-edits.ts';

export interface SimpleChange {
  /** In words of the command. */
  readonly what: string;
  readonly edit: RingEdit;
  /** What the spec must say, too. */
  readonly specEdits: readonly SpecEdit[];
  /** Whether a replica without anywhere to go forbids it. */
  readonly strict: boolean;
  /** Whether the ring is so already: then there is nothing to change, and only moves to wait for. */
  readonly isDone?: (ring: RingRecord) => boolean;
  /** Moves to wait for then. */
  readonly concerns?: (move: OpenMove) => boolean;
  /** Node that is to have nothing left. */
  readonly drained?: string;
}

/** Plans the change, says so, makes it unless it is a dry run, and waits for the moves. */
export async function runSimpleChange(
  store: Store,
  { view, call }: ClusterCall,
  change: SimpleChange,
): Promise<RingChangeReport> {
  await sayUnapplied(store, { view, call });
  const plan = await planSimpleChange(store, view, change);
  showPlan(plan, call);
  if (change.strict) refuseLoss(plan);
  if (call.dryRun) return reportChange({ plan, dryRun: true, madeEpoch: null, results: [] });
  const request = await createRequest(view, call, change.what);
  const context: SimpleContext = {
    store,
    signal: call.signal,
    request,
    result: null,
    pending: [],
    moved: [],
  };
  const steps = [
    ringStep({ view, call }, change, plan),
    moveStep({ wait: call.wait, drained: change.drained }),
  ];
  await runSteps(steps, context, { silent: call.silent }).catch((error: unknown) => {
    throw withUndo(error, context.result?.ring.epoch ?? null);
  });
  const madeEpoch = context.result?.ring.epoch ?? null;
  const report = reportChange({ plan, dryRun: false, madeEpoch, results: context.moved });
  printOutcome(report, call);
  return report;
}

/** Makes the change, in the spec and in the ring; when the ring is so already, finds what is still to move for it. */
function ringStep(place: ClusterCall, change: SimpleChange, plan: SimplePlan): Step<SimpleContext> {
  const make = async (context: SimpleContext): Promise<void> => {
    const { store, request } = context;
    context.result = await changeRing(store, { ...request, edit: change.edit, plan: false });
  };
  return {
    title: 'ring',
    run: async (context) => {
      if (plan.already) {
        context.pending = await loadOpenMoves(context.store, change.concerns ?? (() => true));
        return `is so already, epoch ${plan.epoch}`;
      }
      await withSpecEdits({ ...place, edits: change.specEdits }, () => make(context));
      const { epoch } = context.result!.ring;
      return `epoch ${epoch - 1} → ${epoch}`;
    },
  };
}

/** A change of the ring and what became of its moves. */
export interface SimpleContext extends RingChangeContext {
  moved: readonly MoveResult[];
}

/** The last step of every change: waiting for its moves, or leaving them to the controller. */
export function moveStep({ wait, drained }: MoveWait): Step<SimpleContext> {
  return {
    title: 'moved',
    run: async (context, report) => {
      const moves = context.result?.moves ?? context.pending;
      if (moves.length === 0 && drained === undefined) return 'no stream has to move';
      context.moved = leaveMoves(moves);
      if (!wait) return `${moves.length} left to the controller`;
      const { store, signal } = context;
      context.moved = await awaitChange(store, moves, { signal, report, drained });
      const moved = context.moved.filter(({ result }) => result === 'moved').length;
      if (moves.length === 0) return 'no stream has to move';
      return `${moved} of ${moves.length} ${moves.length === 1 ? 'replica' : 'replicas'}`;
    },
  };
}

interface MoveWait {
  readonly wait: boolean;
  readonly drained?: string | undefined;
}

interface SimplePlan extends PlanReport {
  /** The ring is so. */
  readonly already: boolean;
}

/** What the change would move. Throws what its edit throws. */
export async function planSimpleChange(
  store: Store,
  view: ClusterView,
  { what, edit, isDone }: Pick<SimpleChange, 'what' | 'edit' | 'isDone'>,
): Promise<SimplePlan> {
  const { ring, placements } = await loadRingState(store);
  const already = isDone?.(ring) === true;
  const plan = await planChange(store, already ? null : edit);
  return { ...reportPlan(plan, { cluster: view.name, what, ring, placements }), already };
}

/** Shows a plan: as the result of a dry run, else on the way. */
export function showPlan(plan: PlanReport, call: RingCall): void {
  const tell = call.dryRun ? call.print : call.say;
  for (const line of formatRingPlan(plan, call.columns, call.paint)) tell(line);
}

/** Who changes the ring, and why. */
export async function createRequest(
  view: ClusterView,
  call: Pick<RingCall, 'reason'>,
  what: string,
): Promise<Omit<ChangeRequest, 'edit' | 'plan'>> {
  const { who, ci } = describeOperator(process.env);
  return {
    what,
    who,
    from: ci === null ? `pid ${process.pid}` : `${ci.system} ${ci.run}`.trim(),
    reason: call.reason,
    knownEpoch: await loadKnownEpoch(view.peers, createReach(view)),
  };
}
