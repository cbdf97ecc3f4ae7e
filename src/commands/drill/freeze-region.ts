import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFreezeRegion extends DrillCommand {
  static override summary =
    'Stop everything in a region, so that connections hang, and say what its viewers saw.';
  static override description =
    'The last healthy region is never touched. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill freeze-region eu',
    '<%= config.bin %> drill freeze-region eu --repeat 5',
  ];
  static override args = {
    region: Args.string({ description: 'Name of the region.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillFreezeRegion);
    return await this.runKind('freeze-region', args.region, null);
  }
}
