import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillKillTranscoder extends DrillCommand {
  static override summary = 'Kill ffmpeg of one replica of a stream.';
  static override description =
    'The stream must be live. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill kill-transcoder demo',
    '<%= config.bin %> drill kill-transcoder demo --repeat 20',
  ];
  static override args = {
    stream: Args.string({ description: 'Name of the stream.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillKillTranscoder);
    return await this.runKind('kill-transcoder', args.stream, null);
  }
}
