/** `ring rebalance`: bringing streams back that were pushed aside, a few at a time. */
import { planRebalance, type RebalancePlan, rebalance } from '../../membership/rebalance.ts';
import { loadRingState, type RingState } from '../../membership/ring-state.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { awaitChange, leaveMoves, type MoveResult } from '../../provision/ring/await-change.ts';
import type { Store } from '../../store/store.ts';
import { runSteps } from '../run-steps.ts';
import { printOutcome, type RingChangeReport, reportChange } from './change-report.ts';
import { listRunning, type PlanReport } from './plan-report.ts';
import type { RingCall } from './ring-change-command.ts';
import { showPlan } from './simple-change.ts';

export interface RebalanceRequest {
  readonly view: ClusterView;
  readonly call: RingCall;
  readonly max: number;
}

/** Plans at most `max` moves, asks the controller for them, and waits. Changes no part of the ring. */
export async function runRebalance(store: Store, request: RebalanceRequest): Promise<RingChangeReport> {
  const { view, call, max } = request;
  const plan = await planRebalanceReport(store, view, max);
  showPlan(plan, call);
  const settled = { plan, dryRun: call.dryRun, madeEpoch: null };
  if (call.dryRun || plan.moves.length === 0) return reportChange({ ...settled, results: [] });
  const { moves } = await rebalance(store, { limit: max });
  let results: readonly MoveResult[] = leaveMoves(moves);
  const step = {
    title: 'moved',
    run: async (_: unknown, report: Parameters<typeof awaitChange>[2]['report']) => {
      if (!call.wait) return `${moves.length} left to the controller`;
      results = await awaitChange(store, moves, { signal: call.signal, report });
      return `${results.filter(({ result }) => result === 'moved').length} of ${moves.length}`;
    },
  };
  await runSteps([step], { signal: call.signal }, { silent: call.silent });
  const report = reportChange({ ...settled, results });
  printOutcome(report, call);
  return report;
}

/** The plan of a rebalance, as other plans are told. */
export async function planRebalanceReport(store: Store, view: ClusterView, max: number): Promise<PlanReport> {
  const [plan, state] = await Promise.all([planRebalance(store, { limit: max }), loadRingState(store)]);
  const more = plan.wanted - plan.moves.length;
  return {
    cluster: view.name,
    what: more > 0 ? `rebalance --max ${max} (${more} more to come)` : `rebalance --max ${max}`,
    epoch: plan.epoch,
    moves: plan.moves.map(({ stream, from, to, why }) => ({ stream, from, to, why })),
    running: listRunning(state.placements),
    refusals: [],
    maxOverMean: plan.maxOverMean,
    loads: loadsOf(plan, state),
    streams: state.placements.length,
    ideal: null,
  };
}

function loadsOf({ moves }: RebalancePlan, { ring, placements }: RingState): PlanReport['loads'] {
  const costs = new Map(placements.map(({ stream, cost }) => [stream, cost]));
  const carried = (node: string): number =>
    placements.reduce((sum, { cost, replicas }) => sum + (replicas.includes(node) ? cost : 0), 0);
  return ring.nodes.map(({ name, region }) => {
    const before = carried(name);
    const change = moves.reduce(
      (sum, { stream, from, to }) =>
        sum + (costs.get(stream) ?? 0) * (Number(to === name) - Number(from === name)),
      0,
    );
    return { node: name, region, before, after: before + change };
  });
}
