import type { UpgradeReport } from '../upgrade-action.ts';

/** Formats what an upgrade did, or under `--dry-run` would do. */
export function formatUpgrade(
  { cluster, to, changed, unchanged, dryRun }: UpgradeReport,
  rollback: boolean,
): string {
  const all = changed.length + unchanged.length;
  if (changed.length === 0)
    return `  cluster ${cluster} runs program ${to} on all ${all} nodes; nothing ${dryRun ? 'would change' : 'changed'}`;
  const order = changed.join(' → ');
  if (dryRun)
    return `  would ${rollback ? 'roll back' : 'change'} ${changed.length} of ${all} nodes, in this order: ${order}`;
  const undo = rollback ? '' : '\n  Undo       streamctl upgrade --rollback';
  return `  cluster ${cluster} runs program ${to} · changed ${order}${undo}`;
}
