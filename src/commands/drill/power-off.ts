import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillPowerOff extends DrillCommand {
  static override summary = 'Cut the power of a node’s machine, and switch it on again at the end.';
  static override description =
    'Needs nodes on machines (driver: ssh), and in the spec the command that switches one on (ssh.powerOn; the inventory of a lab has it). Starts only in a steady state; another process switches the machine on, whatever becomes of this command; judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill power-off eu-1',
    '<%= config.bin %> drill power-off eu-1 --duration 1m',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillPowerOff);
    return await this.runKind('power-off', args.node, null);
  }
}
