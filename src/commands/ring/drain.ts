import { Args } from '../../lib/cli/base-command.ts';
import { changeOfIntent } from '../../lib/cli/ring/change-of-intent.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { CHANGE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';

import { runSimpleChange } from '../../lib/cli/ring/simple-change.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RingDrain extends RingChangeCommand {
  static override summary = 'Move everything away from a node, and give it nothing new.';
  static override description =
    'The node stays in the ring and serves what it has until each stream runs elsewhere. For maintenance; ring undrain ends it.';
  static override examples = [
    '<%= config.bin %> ring drain eu-2',
    '<%= config.bin %> ring drain eu-2 --reason "new kernel" --no-wait',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
  };
  static override flags = CHANGE_FLAGS;

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RingDrain);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    return await useStore(view, async (store) => {
      const change = await changeOfIntent(store, { kind: 'drain', name: args.node });
      return await runSimpleChange(store, { view, call }, change);
    });
  }
}
