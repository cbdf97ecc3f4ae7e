import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillLoseStore extends DrillCommand {
  static override summary = 'Kill the store that takes writes: another one must take over.';
  static override description =
    'Takes the Sentinel beside it, too. Where there is one store it is what fail-store does. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill lose-store',
    '<%= config.bin %> drill lose-store --duration 10s',
  ];

  async run(): Promise<DrillResult> {
    return await this.runKind('lose-store', null, null);
  }
}
