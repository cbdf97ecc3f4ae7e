import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFailControl extends DrillCommand {
  static override summary = 'Kill every agent: nobody must notice, and new viewers must get in.';
  static override description =
    'Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill fail-control',
    '<%= config.bin %> drill fail-control --duration 10m',
  ];

  async run(): Promise<DrillResult> {
    return await this.runKind('fail-control', null, null);
  }
}
