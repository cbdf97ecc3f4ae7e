import { Args } from '../../lib/cli/base-command.ts';
import { changeOfIntent } from '../../lib/cli/ring/change-of-intent.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { CHANGE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';

import { runSimpleChange } from '../../lib/cli/ring/simple-change.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RingUndrain extends RingChangeCommand {
  static override summary = 'Let a drained node carry streams again.';
  static override description =
    'The streams that belong to it come back, each running there before it stops elsewhere.';
  static override examples = ['<%= config.bin %> ring undrain eu-2'];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
  };
  static override flags = CHANGE_FLAGS;

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RingUndrain);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    return await useStore(view, async (store) => {
      const change = await changeOfIntent(store, { kind: 'undrain', name: args.node });
      return await runSimpleChange(store, { view, call }, change);
    });
  }
}
