/** `ring plan`: what a change would move, or what is still to move. Changes nothing. */
import { planChange } from '../../membership/change-ring.ts';
import { loadRingState } from '../../membership/ring-state.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import type { Store } from '../../store/store.ts';
import { planAddNode } from './add-node-action.ts';
import { changeOfIntent } from './change-of-intent.ts';
import { type PlanReport, reportPlan } from './plan-report.ts';
import { planRebalanceReport } from './rebalance-action.ts';
import { planRemoveNode } from './remove-node-action.ts';
import { resolveUndo } from './resolve-undo.ts';
import type { ClusterCall } from './ring-change-command.ts';
import { type RingIntent, wordIntent } from './ring-intent.ts';
import { planSimpleChange } from './simple-change.ts';

/** Plans an intent. Throws what the change itself would throw. */
export async function planIntent(store: Store, place: ClusterCall, intent: RingIntent): Promise<PlanReport> {
  const { view } = place;
  const what = wordIntent(intent);
  switch (intent.kind) {
    case 'add-node':
      return await planAddNode(store, place, { node: intent.node, what });
    case 'remove-node':
      return await planRemoveNode(store, place, { ...intent, what });
    case 'rebalance':
      return await planRebalanceReport(store, view, intent.max);
    case 'undo':
      return await planUndo(store, place, intent.epoch);
    default: {
      const { already: _, ...plan } = await planSimpleChange(
        store,
        view,
        await changeOfIntent(store, intent),
      );
      return plan;
    }
  }
}

async function planUndo(store: Store, place: ClusterCall, epoch: number | undefined): Promise<PlanReport> {
  const undo = await resolveUndo(store, place.view, epoch);
  if (undo.kind === 'add-node') return await planAddNode(store, place, undo.addition);
  if (undo.kind === 'remove-node') return await planRemoveNode(store, place, undo.removal);
  const { already: _, ...plan } = await planSimpleChange(store, place.view, undo.change);
  return plan;
}

/** What earlier changes asked for and is not done. */
export async function planRest(store: Store, view: ClusterView): Promise<PlanReport> {
  const { ring, placements } = await loadRingState(store);
  const plan = await planChange(store, null);
  return reportPlan(plan, { cluster: view.name, what: null, ring, placements });
}
