/** Whether the control plane changed hands as it should: in time, and without going back or doing anything twice. Pure. */
import type { ClusterSight } from '../cluster-sight.ts';
import type { Bound } from '../drill-plan.ts';
import type { Finding } from '../drill-result.ts';
import type { FaultSettings } from '../faults/fault.ts';
import { markOf } from './judge-run.ts';

export interface ControlMarks {
  readonly faultMs: number;
  readonly before: ClusterSight;
  /** Since the fault, oldest first. */
  readonly since: readonly ClusterSight[];
  /** Kinds of the faults as they were planned. */
  readonly kinds: readonly FaultSettings['kind'][];
}

const NONE: Bound = { must: 0, aim: 0 };
/** As many stores can lose one and go on. */
const SEVERAL_STORES = 3;

/** Findings about another store or controller; none for drills that take neither. `handover`: how long that may take. */
export function judgeControl(marks: ControlMarks, handover: Bound | null): Finding[] {
  const { kinds, before, since } = marks;
  if (handover === null || before.control === null) return [];
  const stores = before.nodes.filter(({ roles }) => roles.includes('store')).length;
  const takesStore = kinds.includes('lose-store') && stores >= SEVERAL_STORES;
  const splits = kinds.includes('split-controller');
  if (!takesStore && !splits) return [];
  const seen = [before, ...since];
  return [
    ...(takesStore
      ? [
          row(
            { name: 'another store takes writes after', unit: 'ms', value: findOther(marks, 'store') },
            handover,
          ),
        ]
      : []),
    ...(splits
      ? [
          row(
            { name: 'another controller after', unit: 'ms', value: findOther(marks, 'controller') },
            handover,
          ),
        ]
      : []),
    ...(splits
      ? [row({ name: 'nodes given up that were not cut off', unit: '', value: countGivenUp(marks) }, NONE)]
      : []),
    row({ name: 'ring epochs that went back', unit: '', value: countLower(seen, 'epoch') }, NONE),
    row({ name: 'controller tokens that went back', unit: '', value: countLower(seen, 'token') }, NONE),
    row({ name: 'looks at a placement with a replica too many', unit: '', value: countDoubled(seen) }, NONE),
  ];
}

function row(figure: Pick<Finding, 'name' | 'unit' | 'value'>, bound: Bound): Finding {
  return { ...figure, ...bound, result: markOf(figure.value, bound) };
}

/** Milliseconds until another node is named; null when none was. A store that none follows takes no writes yet. */
function findOther({ before, since, faultMs }: ControlMarks, who: 'store' | 'controller'): number | null {
  const was = before.control?.[who];
  const other = since.find(
    ({ control }) =>
      control?.[who] != null && control[who] !== was && (who === 'controller' || control.followers > 0),
  );
  return other === undefined ? null : Math.max(0, Math.round(other.atMs - faultMs));
}

function countLower(seen: readonly ClusterSight[], what: 'epoch' | 'token'): number {
  let highest = 0;
  let count = 0;
  for (const { control } of seen) {
    const value = control?.[what] ?? highest;
    if (value < highest) count += 1;
    highest = Math.max(highest, value);
  }
  return count;
}

function countDoubled(seen: readonly ClusterSight[]): number {
  return seen.filter(({ control }) => {
    const placed = control?.placed ?? [];
    return new Set(placed).size < placed.length || placed.length > (control?.wanted ?? placed.length);
  }).length;
}

/** Nodes that anybody declared lost, but for the one that was cut off. */
function countGivenUp({ before, since, faultMs }: ControlMarks): number {
  const given = since.flatMap(({ control }) => control?.verdicts ?? []);
  const lost = given.filter(({ state, sinceMs }) => state === 'down' && sinceMs >= faultMs);
  return new Set(lost.map(({ node }) => node).filter((node) => node !== before.control?.controller)).size;
}
