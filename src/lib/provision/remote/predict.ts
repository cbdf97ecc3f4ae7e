/** What the hands would do on a machine that has nothing of the cluster yet, for `plan`. */
import type { Changes } from '../changes.ts';
import type { HandsAction, HandsActions } from '../hands/protocol.ts';
import type { NodePlan } from '../plan-nodes.ts';

/** Notes the changes and returns what the hands would answer. */
export function predict<Action extends HandsAction>(
  action: Action,
  { node, files, units }: NodePlan,
  changes: Changes,
): HandsActions[Action]['gives'] {
  const note = (text: string): void => changes.note([{ node: node.name, text }]);
  const kinds = units.map(({ unit }) => ({ unit: unit.name, kind: 'start' as const }));
  if (action === 'write') {
    note('make the node');
    for (const { path } of files) note(`write ${path}`);
  }
  if (action === 'start') for (const { unit } of kinds) note(`start ${unit}`);
  const gives = action === 'look' || action === 'start' ? kinds : null;
  return gives as HandsActions[Action]['gives'];
}
