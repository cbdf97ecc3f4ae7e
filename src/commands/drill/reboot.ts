import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillReboot extends DrillCommand {
  static override summary = 'Boot the machine of a node without a warning.';
  static override description =
    'Needs nodes on machines (driver: ssh). Starts only in a steady state, and judges what simulated viewers saw until the node is back by itself. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill reboot eu-1',
    '<%= config.bin %> drill reboot eu-1 --duration 1m',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillReboot);
    return await this.runKind('reboot', args.node, null);
  }
}
