import { Args } from '../../lib/cli/base-command.ts';
import { changeOfIntent } from '../../lib/cli/ring/change-of-intent.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { CHANGE_FLAGS, MACHINE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';
import { parseWeight } from '../../lib/cli/ring/ring-intent.ts';
import { runSimpleChange } from '../../lib/cli/ring/simple-change.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RingSetWeight extends RingChangeCommand {
  static override summary = 'Give a node more or less to carry than its neighbours.';
  static override description =
    'A node of weight 2 gets twice the points, the share and the limit of a node of weight 1. Streams move from or to this node alone. The spec is changed, too.';
  static override examples = [
    '<%= config.bin %> ring set-weight us-2 3',
    '<%= config.bin %> ring set-weight us-2 3 --dry-run',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
    weight: Args.string({ description: 'From 1 to 100.', required: true }),
  };
  static override flags = { ...CHANGE_FLAGS, ...MACHINE_FLAGS };

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RingSetWeight);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    return await useStore(view, async (store) => {
      const change = await changeOfIntent(store, {
        kind: 'set-weight',
        name: args.node,
        weight: parseWeight(args.weight),
      });
      return await runSimpleChange(store, { view, call }, change);
    });
  }
}
