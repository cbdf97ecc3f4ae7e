import { Flags } from '../../lib/cli/base-command.ts';
import { DRILL_FLAGS, DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';

export default class DrillRot extends DrillCommand {
  static override summary =
    'Break one thing after the other at random for a while, the same for the same seed.';
  static override description =
    'Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill rot',
    '<%= config.bin %> drill rot --duration 10m --seed 7',
  ];

  static override flags = {
    ...DRILL_FLAGS,
    seed: Flags.integer({ summary: 'Of the sequence.', default: 1, min: 0 }),
  };

  async run(): Promise<DrillResult> {
    const { flags } = await this.parse(DrillRot);
    return await this.runKind('rot', null, null, flags.seed);
  }
}
