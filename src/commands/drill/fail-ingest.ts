import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFailIngest extends DrillCommand {
  static override summary = 'Kill the ingest of a region, and say whether publishers go on elsewhere.';
  static override description =
    'The last healthy region is never touched. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill fail-ingest us',
    '<%= config.bin %> drill fail-ingest us --dry-run',
  ];
  static override args = {
    region: Args.string({ description: 'Name of the region.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillFailIngest);
    return await this.runKind('fail-ingest', args.region, null);
  }
}
