import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFreezeTranscoder extends DrillCommand {
  static override summary = 'Stop ffmpeg of one replica of a stream.';
  static override description =
    'The stream must be live. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill freeze-transcoder demo',
    '<%= config.bin %> drill freeze-transcoder demo --duration 10s',
  ];
  static override args = {
    stream: Args.string({ description: 'Name of the stream.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillFreezeTranscoder);
    return await this.runKind('freeze-transcoder', args.stream, null);
  }
}
