import { Args, Flags } from '../../lib/cli/base-command.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { runRemoveNode } from '../../lib/cli/ring/remove-node-action.ts';
import { CHANGE_FLAGS, MACHINE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';
import { wordIntent } from '../../lib/cli/ring/ring-intent.ts';
import { useStore } from '../../lib/cli/use-store.ts';

const { wait: _, ...FLAGS } = { ...CHANGE_FLAGS, ...MACHINE_FLAGS };

export default class RingRemoveNode extends RingChangeCommand {
  static override summary = 'Take an origin node out, after its streams have moved away.';
  static override description =
    `Says which streams would move, asks, drains the node and waits, then takes it out of the ring, the spec and this
machine; its logs and recordings stay. The last origin of a region cannot leave, nor a node that is store
or ingest, too, unless it only loses the role origin (--keep-node). Killed anywhere, the same command goes on.`;
  static override examples = [
    '<%= config.bin %> ring remove-node eu-3',
    '<%= config.bin %> ring remove-node eu-3 --dry-run',
    '<%= config.bin %> ring remove-node us-4 --force --yes --reason "its disk is dead"',
  ];
  static override args = { name: Args.string({ description: 'Name of the node.', required: true }) };
  static override flags = {
    ...FLAGS,
    'keep-node': Flags.boolean({
      summary: 'Take the role origin alone; the node goes on with its other roles.',
    }),
    force: Flags.boolean({ summary: 'Do not drain it first: it is dead. Its streams start anew elsewhere.' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask.' }),
  };

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RingRemoveNode);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    const { name } = args;
    const removal = { name, keepNode: flags['keep-node'], force: flags.force };
    const what = wordIntent({ kind: 'remove-node', ...removal });
    return await useStore(view, (store) => runRemoveNode(store, { view, call }, { ...removal, what }));
  }
}
