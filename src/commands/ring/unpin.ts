import { Args } from '../../lib/cli/base-command.ts';
import { changeOfIntent } from '../../lib/cli/ring/change-of-intent.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { CHANGE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';

import { runSimpleChange } from '../../lib/cli/ring/simple-change.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RingUnpin extends RingChangeCommand {
  static override summary = 'Let the ring decide again where a stream runs.';
  static override description =
    'Takes back one pin of the stream, or all of them. The stream stays where it is until a change or ring rebalance moves it home.';
  static override examples = ['<%= config.bin %> ring unpin gala', '<%= config.bin %> ring unpin gala us-2'];
  static override args = {
    stream: Args.string({ description: 'Name of the stream.', required: true }),
    node: Args.string({ description: 'One node; all when left out.' }),
  };
  static override flags = CHANGE_FLAGS;

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RingUnpin);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    return await useStore(view, async (store) => {
      const change = await changeOfIntent(store, { kind: 'unpin', stream: args.stream, name: args.node });
      return await runSimpleChange(store, { view, call }, change);
    });
  }
}
