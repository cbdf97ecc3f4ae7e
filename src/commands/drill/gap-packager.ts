import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillGapPackager extends DrillCommand {
  static override summary = 'Withhold the parts of one replica for 1, 3 and 10 s.';
  static override description =
    'The stream must be live. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill gap-packager demo',
    '<%= config.bin %> drill gap-packager demo --duration 2s',
  ];
  static override args = {
    stream: Args.string({ description: 'Name of the stream.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillGapPackager);
    return await this.runKind('gap-packager', args.stream, null);
  }
}
