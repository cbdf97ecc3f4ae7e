import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillCutNode extends DrillCommand {
  static override summary = 'Cut the machine of a node off from everybody.';
  static override description =
    'Needs nodes on machines (driver: ssh). Packets are dropped in silence, both ways, but for the ssh connection of this command. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill cut-node eu-1',
    '<%= config.bin %> drill cut-node eu-1 --duration 1m',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillCutNode);
    return await this.runKind('cut-node', args.node, null);
  }
}
