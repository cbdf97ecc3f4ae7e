import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFailNode extends DrillCommand {
  static override summary = 'Kill everything on one node at once, and say what viewers saw.';
  static override description =
    'Not when it is the last one that serves. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill fail-node eu-1',
    '<%= config.bin %> drill fail-node eu-1 --json',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillFailNode);
    return await this.runKind('fail-node', args.node, null);
  }
}
