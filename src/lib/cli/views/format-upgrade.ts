import type { UpgradeReport } from '../upgrade-action.ts';

/** Formats what an upgrade did, or under `--dry-run` would do. */
export function formatUpgrade(
  { cluster, to, changed, unchanged, without, dryRun }: UpgradeReport,
  rollback: boolean,
): string {
  const all = changed.length + unchanged.length;
  const back = rollback ? 'streamctl upgrade --rollback' : `streamctl upgrade --to ${to}`;
  const left = without.length === 0 ? '' : `\n  Left out   ${without.join(', ')}; when back: ${back}`;
  if (changed.length === 0)
    return `  cluster ${cluster} runs program ${to} on all ${all} nodes; nothing ${dryRun ? 'would change' : 'changed'}${left}`;
  const order = changed.join(' → ');
  if (dryRun)
    return `  would ${rollback ? 'roll back' : 'change'} ${changed.length} of ${all} nodes, in this order: ${order}${left}`;
  const undo = rollback ? '' : '\n  Undo       streamctl upgrade --rollback';
  return `  cluster ${cluster} runs program ${to} · changed ${order}${left}${undo}`;
}
