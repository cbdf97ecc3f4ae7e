import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFlapPublisher extends DrillCommand {
  static override summary = 'Cut the test publisher of a stream off, again and again, for longer and longer.';
  static override description =
    'The stream must be live. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill flap-publisher demo',
    '<%= config.bin %> drill flap-publisher demo --duration 20s',
  ];
  static override args = {
    stream: Args.string({ description: 'Name of the stream.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillFlapPublisher);
    return await this.runKind('flap-publisher', args.stream, null);
  }
}
