import { Args, Flags } from '../../lib/cli/base-command.ts';
import { DRILL_FLAGS, DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';
import { wordLink } from '../../lib/drill/machine-drills.ts';

export default class DrillPartition extends DrillCommand {
  static override summary = 'Cut the links between two regions.';
  static override description =
    'Needs nodes on machines (driver: ssh). Publishers and viewers still reach both regions. Starts only in a steady state, heals by itself whatever becomes of this command, and judges what simulated viewers saw. Exit status: 0 pass, 12 fail, 13 unknown, 14 aborted, 15 recovery failed.';
  static override examples = [
    '<%= config.bin %> drill partition us eu',
    '<%= config.bin %> drill partition us eu --one-way --duration 1m',
  ];
  static override args = {
    region: Args.string({ description: 'Name of a region.', required: true }),
    other: Args.string({ description: 'Name of another.', required: true }),
  };
  static override flags = {
    ...DRILL_FLAGS,
    'one-way': Flags.boolean({ summary: 'Drop only what the first sends to the other.' }),
  };

  async run(): Promise<DrillResult> {
    const { args, flags } = await this.parse(DrillPartition);
    return await this.runKind('partition', wordLink(args.region, args.other, flags['one-way']), null);
  }
}
