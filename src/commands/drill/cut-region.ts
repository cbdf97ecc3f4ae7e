import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillCutRegion extends DrillCommand {
  static override summary = 'Cut a region off from everybody, and say what its viewers saw.';
  static override description =
    'Needs nodes on machines (driver: ssh). The last healthy region is never touched. Packets are dropped in silence, both ways, but for the ssh connection of this command. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill cut-region eu',
    '<%= config.bin %> drill cut-region eu --duration 1m',
  ];
  static override args = {
    region: Args.string({ description: 'Name of the region.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillCutRegion);
    return await this.runKind('cut-region', args.region, null);
  }
}
