import { Args, Flags } from '../../lib/cli/base-command.ts';
import { runAddNode } from '../../lib/cli/ring/add-node-action.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { NODE_FLAGS } from '../../lib/cli/ring/node-flags.ts';
import { CHANGE_FLAGS, MACHINE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';
import { parseNode, wordIntent } from '../../lib/cli/ring/ring-intent.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RingAddNode extends RingChangeCommand {
  static override summary = 'Add an origin node while the cluster runs, and let it carry its share.';
  static override description =
    `Says which streams would move, asks, writes the node into the spec, starts it, plays a live stream through it,
and only then lets it into the ring; then waits until its streams have moved. Each stream runs on the new
node before it stops on the old one. Killed anywhere, the same command goes on. To take it back: ring undo.`;
  static override examples = [
    '<%= config.bin %> ring add-node eu-3 --region eu',
    '<%= config.bin %> ring add-node us-3 --region us --weight 2 --yes --reason "gala on Friday"',
    '<%= config.bin %> ring add-node eu-3 --region eu --host eu-3.example.net',
    '<%= config.bin %> ring add-node eu-3 --region eu --dry-run --json',
  ];
  static override args = { name: Args.string({ description: 'Name of the new node.', required: true }) };
  static override flags = {
    ...NODE_FLAGS,
    ...CHANGE_FLAGS,
    ...MACHINE_FLAGS,
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask.' }),
  };

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RingAddNode);
    const node = parseNode(args.name, flags);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    const addition = { node, what: wordIntent({ kind: 'add-node', node }) };
    return await useStore(view, (store) => runAddNode(store, { view, call }, addition));
  }
}
