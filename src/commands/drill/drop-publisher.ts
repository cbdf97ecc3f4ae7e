import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillDropPublisher extends DrillCommand {
  static override summary = 'End the test publisher of a stream for good: slate, then a clean end.';
  static override description =
    'The stream must be live. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill drop-publisher demo',
    '<%= config.bin %> drill drop-publisher demo --dry-run',
  ];
  static override args = {
    stream: Args.string({ description: 'Name of the stream.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillDropPublisher);
    return await this.runKind('drop-publisher', args.stream, null);
  }
}
