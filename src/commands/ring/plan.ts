import { Flags } from '../../lib/cli/base-command.ts';
import { NODE_FLAGS } from '../../lib/cli/ring/node-flags.ts';
import { planIntent, planRest } from '../../lib/cli/ring/plan-action.ts';
import type { PlanReport } from '../../lib/cli/ring/plan-report.ts';
import { RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';
import { parseIntent } from '../../lib/cli/ring/ring-intent.ts';
import { showPlan } from '../../lib/cli/ring/simple-change.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RingPlan extends RingChangeCommand {
  static override summary = 'Say which streams a change of the ring would move, and change nothing.';
  static override description =
    `Takes the words of the change, without "ring": add-node, remove-node, set-weight, drain, undrain, pin, unpin,
rebalance or undo. Alone it says what earlier changes asked for and is still to move.`;
  static override examples = [
    '<%= config.bin %> ring plan',
    '<%= config.bin %> ring plan add-node eu-3 --region eu --weight 2',
    '<%= config.bin %> ring plan drain us-1 --json',
    '<%= config.bin %> ring plan rebalance --max 5',
  ];
  static override strict = false;
  static override usage = 'ring plan [CHANGE WORDS...] [--region NAME] [--weight NUMBER] [--max NUMBER]';
  static override flags = {
    ...NODE_FLAGS,
    max: Flags.integer({ summary: 'Of rebalance: moves at most.', min: 1, max: 10_000 }),
    'keep-node': Flags.boolean({ summary: 'Of remove-node: take the role origin alone.' }),
    force: Flags.boolean({ summary: 'Of remove-node: without draining it first.' }),
  };

  async run(): Promise<PlanReport> {
    const { argv, flags } = await this.parse(RingPlan);
    const words = argv as string[];
    const view = await this.loadCluster();
    const call = this.ringCall({ 'dry-run': true });
    const plan = await useStore(view, async (store) => {
      if (words.length === 0) return await planRest(store, view);
      return await planIntent(store, { view, call }, parseIntent(words, flags));
    });
    showPlan(plan, call);
    return plan;
  }
}
