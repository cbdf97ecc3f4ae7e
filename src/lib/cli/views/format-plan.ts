/** A plan as text: what would be done on each node, what would be taken away, and how to go on. Pure. */
import { wordDeletions } from '../../provision/plan/deletions.ts';
import type { UpPlan } from '../plan-action.ts';

/** Formats a plan, the changes node by node in the order in which they would come; `next`: and how to go on with it. */
export function formatPlan(
  { cluster, changes, deletions, digest, without }: UpPlan,
  { next }: { readonly next: boolean },
): string[] {
  if (changes.length === 0) {
    return [`  cluster ${cluster} is as the spec says; up would change nothing`, '', `  digest   ${digest}`];
  }
  const nodes = [...new Set(changes.map(({ node }) => node))];
  const width = Math.max(...nodes.map((node) => (node ?? 'cluster').length));
  const rows = nodes.flatMap((name) =>
    changes
      .filter(({ node }) => node === name)
      .map(({ text }, at) => `    ${(at === 0 ? (name ?? 'cluster') : '').padEnd(width)}  ${text}`),
  );
  const gone = wordDeletions(deletions);
  const consent = gone === '' ? '' : ` --confirm=${cluster}`;
  const left = without.length === 0 ? '' : ` --without ${without.join(',')}`;
  return [
    `  up would make ${changes.length} ${changes.length === 1 ? 'change' : 'changes'} to cluster ${cluster}`,
    '',
    ...rows,
    '',
    ...(gone === '' ? [] : [`  deletes  ${gone}`]),
    ...(next ? [`  digest   ${digest}`, `  go on    streamctl up --plan ${digest}${left}${consent}`] : []),
  ];
}
