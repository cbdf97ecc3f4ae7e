/** What the hands would do on a machine that has nothing of the cluster yet, for `plan`. */
import type { Changes } from '../changes.ts';
import type { HandsAction, HandsActions, UnitKind } from '../hands/protocol.ts';
import type { NodePlan } from '../plan-nodes.ts';

/** Notes the changes and returns what the hands would answer. */
export function predict<Action extends HandsAction>(
  action: Action,
  { node, files, units }: NodePlan,
  changes: Changes,
): HandsActions[Action]['gives'] {
  const note = (text: string): void => changes.note([{ node: node.name, text }]);
  const kinds = units.map(({ unit }) => ({ unit: unit.name, kind: 'start' as const }));
  if (action === 'meshFacts') note('make the key of the mesh');
  if (action === 'mesh') note('start the mesh');
  if (action === 'write') {
    note('make the node');
    for (const { path } of files) note(`write ${path}`);
  }
  if (action === 'start') for (const { unit } of kinds) note(`start ${unit}`);
  return answer(action, kinds) as HandsActions[Action]['gives'];
}

function answer(action: HandsAction, kinds: readonly UnitKind[]): unknown {
  if (action === 'look' || action === 'start') return kinds;
  if (action === 'meshFacts') return { publicKey: null, kernel: true, mtu: 1500, networks: [] };
  return action === 'meshWait' ? [] : null;
}
