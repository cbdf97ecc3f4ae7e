import { Args } from '../../lib/cli/base-command.ts';
import { changeOfIntent } from '../../lib/cli/ring/change-of-intent.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { CHANGE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';

import { runSimpleChange } from '../../lib/cli/ring/simple-change.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RingPin extends RingChangeCommand {
  static override summary = 'Hold one replica of a stream on a node, whatever the ring says.';
  static override description =
    'In the region of that node the replica moves there and stays; the other replicas stay with the ring. A node that drains or leaves loses its pins.';
  static override examples = [
    '<%= config.bin %> ring pin gala us-2',
    '<%= config.bin %> ring pin gala us-2 --reason "has the fast disk"',
  ];
  static override args = {
    stream: Args.string({ description: 'Name of the stream.', required: true }),
    node: Args.string({ description: 'Name of the node.', required: true }),
  };
  static override flags = CHANGE_FLAGS;

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RingPin);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    return await useStore(view, async (store) => {
      const change = await changeOfIntent(store, { kind: 'pin', stream: args.stream, name: args.node });
      return await runSimpleChange(store, { view, call }, change);
    });
  }
}
