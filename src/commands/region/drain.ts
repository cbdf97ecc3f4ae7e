import { Args } from '../../lib/cli/base-command.ts';
import { drainRegion } from '../../lib/cli/region/drain-region.ts';
import type { RingChangeReport } from '../../lib/cli/ring/change-report.ts';
import { CHANGE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';
import { useStore } from '../../lib/cli/use-store.ts';

export default class RegionDrain extends RingChangeCommand {
  static override summary = 'Move every stream away from a region, and give it nothing new.';
  static override description =
    'One change of the ring for all origins of the region. Its edges go on serving viewers, from other regions. For maintenance; ring undo takes it back.';
  static override examples = [
    '<%= config.bin %> region drain eu',
    '<%= config.bin %> region drain eu --reason "the provider works there" --no-wait',
  ];
  static override args = { region: Args.string({ description: 'Name of the region.', required: true }) };
  static override flags = CHANGE_FLAGS;

  async run(): Promise<RingChangeReport> {
    const { args, flags } = await this.parse(RegionDrain);
    const view = await this.loadCluster();
    const call = this.ringCall(flags);
    return await useStore(view, (store) => drainRegion(store, { view, call }, args.region));
  }
}
