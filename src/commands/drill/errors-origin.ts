import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillErrorsOrigin extends DrillCommand {
  static override summary = 'Let the origin of a node answer with errors.';
  static override description =
    'Not when it is the last one that serves. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill errors-origin eu-2 30',
    '<%= config.bin %> drill errors-origin eu-2 30 --duration 10s',
  ];
  static override args = {
    node: Args.string({ description: 'Name of the node.', required: true }),
    pct: Args.integer({
      description: 'Per cent of the answers that are a 503.',
      required: true,
      min: 1,
      max: 100,
    }),
  };

  async run(): Promise<DrillResult> {
    const { args } = await this.parse(DrillErrorsOrigin);
    return await this.runKind('errors-origin', args.node, args.pct);
  }
}
