import { Args, Flags } from '../../lib/cli/base-command.ts';
import { runAddNode } from '../../lib/cli/ring/add-node-action.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { runRemoveNode } from '../../lib/cli/ring/remove-node-action.ts';
import { resolveUndo } from '../../lib/cli/ring/resolve-undo.ts';
import { CHANGE_FLAGS, MACHINE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';
import { parseEpoch } from '../../lib/cli/ring/ring-intent.ts';
import { runSimpleChange } from '../../lib/cli/ring/simple-change.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RingUndo extends RingChangeCommand {
  static override summary = 'Take a change of the ring back.';
  static override description =
    `The last change, or the one that made an epoch. Undoing add-node drains the node and removes it again; undoing
remove-node adds it back, with the roles that it had. A change that a later one built upon is refused, naming that one. An undo is a change
like any other: it makes an epoch of its own, and can be undone.`;
  static override examples = [
    '<%= config.bin %> ring undo',
    '<%= config.bin %> ring undo 42 --dry-run',
    '<%= config.bin %> ring undo 42 --yes',
  ];
  static override args = {
    epoch: Args.string({ description: 'The epoch that the change made; the last one when left out.' }),
  };
  static override flags = {
    ...CHANGE_FLAGS,
    ...MACHINE_FLAGS,
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask.' }),
  };

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RingUndo);
    const epoch = args.epoch === undefined ? undefined : parseEpoch(args.epoch);
    const view = await this.loadCluster();
    const place = { view, call: this.ringCall(flags) };
    return await useStore(view, async (store) => {
      const undo = await resolveUndo(store, view, epoch);
      if (undo.kind === 'add-node') return await runAddNode(store, place, undo.addition);
      if (undo.kind === 'remove-node') return await runRemoveNode(store, place, undo.removal);
      return await runSimpleChange(store, place, undo.change);
    });
  }
}
