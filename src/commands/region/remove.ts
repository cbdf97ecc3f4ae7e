import { Args, Flags } from '../../lib/cli/base-command.ts';
import type { RegionChange } from '../../lib/cli/region/add-region.ts';
import { removeRegion } from '../../lib/cli/region/remove-region.ts';
import { MACHINE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RegionRemove extends RingChangeCommand {
  static override summary = 'Take a region out, after its streams have moved away.';
  static override description =
    'Its streams move to other regions while it still serves them; then its nodes leave the ring, the spec and their machines. Not the last region, and not the one of the store. Encoders that publish there have to come in elsewhere. It needs --confirm=REGION where nobody can be asked.';
  static override examples = [
    '<%= config.bin %> region remove ap --dry-run',
    '<%= config.bin %> region remove ap --confirm=ap',
  ];
  static override args = { region: Args.string({ description: 'Name of the region.', required: true }) };
  static override flags = {
    confirm: Flags.string({ summary: 'Name of the region, to agree.', helpValue: 'NAME' }),
    ...MACHINE_FLAGS,
    'dry-run': Flags.boolean({ summary: 'Say what would be done, and change nothing.' }),
  };

  async run(): Promise<RegionChange> {
    const { args, flags } = await this.parse(RegionRemove);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    const removal = { region: args.region, confirmed: flags.confirm };
    return await useStore(view, (store) => removeRegion(store, { view, call }, removal));
  }
}
