import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillSurge extends DrillCommand {
  static override summary = 'Let many viewers join a region within seconds.';
  static override description =
    'The last healthy region is never touched. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill surge us 300',
    '<%= config.bin %> drill surge us 300 --viewers 50',
  ];
  static override args = {
    region: Args.string({ description: 'Name of the region.', required: true }),
    count: Args.integer({ description: 'How many viewers join.', required: true, min: 1, max: 10_000 }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillSurge);
    return await this.runKind('surge', args.region, args.count);
  }
}
