import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillFailStore extends DrillCommand {
  static override summary = 'Kill Redis: nobody must notice.';
  static override description =
    'Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill fail-store',
    '<%= config.bin %> drill fail-store --duration 10s',
  ];

  async run(): Promise<DrillResult> {
    return await this.runKind('fail-store', null, null);
  }
}
