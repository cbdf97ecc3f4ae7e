import { Flags } from '../../lib/cli/base-command.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { runRebalance } from '../../lib/cli/ring/rebalance-action.ts';
import { CHANGE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';
import { DEFAULT_MAX_MOVES } from '../../lib/cli/ring/ring-intent.ts';
import { useStore } from '../../lib/cli/use-store.ts';

const { reason: _, ...FLAGS } = CHANGE_FLAGS;

export default class RingRebalance extends RingChangeCommand {
  static override summary = 'Bring streams back that bounded load pushed aside, a few at a time.';
  static override description =
    'When a node was full, its streams went to the next one, and they stay there when it has room again: a move is never made without being asked for. This asks, for the smallest streams first. The ring itself is not changed.';
  static override examples = [
    '<%= config.bin %> ring rebalance',
    '<%= config.bin %> ring rebalance --max 50 --no-wait',
    '<%= config.bin %> ring rebalance --dry-run --json',
  ];
  static override flags = {
    ...FLAGS,
    max: Flags.integer({ summary: 'Moves at most.', default: DEFAULT_MAX_MOVES, min: 1, max: 10_000 }),
  };

  async run(): Promise<RingChangeReport> {
    const { flags } = await this.parse(RingRebalance);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    return await useStore(view, (store) => runRebalance(store, { view, call, max: flags.max }));
  }
}
