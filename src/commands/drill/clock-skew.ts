import { Args, Flags } from '../../lib/cli/base-command.ts';
import { DRILL_FLAGS, DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillClockSkew extends DrillCommand {
  static override summary = 'Let the clock of a node be wrong.';
  static override description =
    'The programs of the node go by a clock that is off; the clock of the machine is not touched. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill clock-skew eu-1 3000',
    '<%= config.bin %> drill clock-skew eu-1 400 --behind',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
    ms: Args.integer({
      description: 'Milliseconds by which it is ahead.',
      required: true,
      min: 1,
      max: 600_000,
    }),
  };
  static override flags = {
    ...DRILL_FLAGS,
    behind: Flags.boolean({ summary: 'Behind instead of ahead.' }),
  };

  async run(): Promise<DrillResult> {
    const { args, flags } = await this.parse(DrillClockSkew);
    return await this.runKind('clock-skew', args.node, flags.behind ? -args.ms : args.ms);
  }
}
