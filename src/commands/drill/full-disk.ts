import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFullDisk extends DrillCommand {
  static override summary = 'Fill the disk that a node keeps its data on.';
  static override description =
    'Refuses unless that is a file system of the cluster’s own: whatever else is there would be full, too. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill full-disk eu-1',
    '<%= config.bin %> drill full-disk eu-1 --duration 1m',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillFullDisk);
    return await this.runKind('full-disk', args.node, null);
  }
}
