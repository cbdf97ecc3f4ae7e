import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillSplitController extends DrillCommand {
  static override summary = 'Cut the controller off from the store: another one must take over.';
  static override description =
    'Needs nodes on machines (driver: ssh). Its node loses the nodes of other regions and all that hold the store; viewers and publishers still reach it. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill split-controller',
    '<%= config.bin %> drill split-controller --duration 10s',
  ];

  async run(): Promise<DrillResult> {
    return await this.runKind('split-controller', null, null);
  }
}
