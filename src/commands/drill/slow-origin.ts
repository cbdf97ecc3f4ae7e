import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillSlowOrigin extends DrillCommand {
  static override summary = 'Let the origin of a node answer late.';
  static override description =
    'Not when it is the last one that serves. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill slow-origin eu-2 500',
    '<%= config.bin %> drill slow-origin eu-2 500 --duration 10s',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
    ms: Args.integer({
      description: 'Milliseconds by which it answers late.',
      required: true,
      min: 1,
      max: 10_000,
    }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillSlowOrigin);
    return await this.runKind('slow-origin', args.node, args.ms);
  }
}
