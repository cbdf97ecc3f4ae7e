/** In which order nodes start their units. Pure. */
import type { UnitKind } from '../hands/protocol.ts';
import type { NodePlan } from '../plan-nodes.ts';

/**
 * The store first; then nodes where units are only started, together; then those where one is restarted, one by one.
 * `looked` says what each of `plans` has to do; nodes with nothing to do have no turn.
 */
export function orderTurns(
  plans: readonly NodePlan[],
  looked: readonly (readonly UnitKind[])[],
): NodePlan[][] {
  const has = (kind: UnitKind['kind']) => (_: NodePlan, at: number) =>
    looked[at]!.some((one) => one.kind === kind);
  const isStore = ({ node }: NodePlan): boolean => node.roles.includes('store');
  const changed = plans.filter(has('restart'));
  const fresh = plans.filter(has('start')).filter((plan) => !changed.includes(plan));
  const stores = [...fresh, ...changed].filter(isStore);
  const others = fresh.filter((plan) => !isStore(plan));
  const rest = changed.filter((plan) => !isStore(plan)).map((plan) => [plan]);
  return [...stores.map((plan) => [plan]), others, ...rest].filter((turn) => turn.length > 0);
}
