/** Problems that read the same are told once, of all whom they are about. Pure. */
import type { Problem } from '../../health/cluster-status.ts';

/** Merges problems that differ in their subject and hint alone; keeps the order of the first of each. */
export function mergeProblems(problems: readonly Problem[]): Problem[] {
  const groups = Map.groupBy(problems, ({ harm, text, effect, sinceMs }) =>
    JSON.stringify([harm, text, effect, sinceMs]),
  );
  return [...groups.values()].map((group) => {
    const first = group[0]!;
    if (group.length === 1) return first;
    return { ...first, subject: `${first.subject} and ${group.length - 1} more` };
  });
}
