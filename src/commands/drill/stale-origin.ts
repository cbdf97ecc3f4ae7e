import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillStaleOrigin extends DrillCommand {
  static override summary = "Keep new media from a node's origin: old content must not pass for live.";
  static override description =
    'Not when it is the last one that serves. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill stale-origin eu-2',
    '<%= config.bin %> drill stale-origin eu-2 --json',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillStaleOrigin);
    return await this.runKind('stale-origin', args.node, null);
  }
}
