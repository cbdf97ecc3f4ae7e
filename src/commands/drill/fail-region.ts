import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFailRegion extends DrillCommand {
  static override summary = 'Kill everything in a region at once, and say what its viewers saw.';
  static override description =
    'The last healthy region is never touched. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill fail-region eu',
    '<%= config.bin %> drill fail-region eu --viewers 200 --duration 20s',
  ];
  static override args = {
    region: Args.string({ description: 'Name of the region.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillFailRegion);
    return await this.runKind('fail-region', args.region, null);
  }
}
