import { Args } from '../../lib/cli/base-command.ts';
import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { cutTies } from '../../lib/lab/ties.ts';

interface LabCutResult {
  readonly lab: string;
  /** All that is cut off now. */
  readonly cut: readonly string[];
}

export default class LabCut extends LabCommand {
  static override summary = 'Cut a region or a machine of a lab off from all else.';
  static override description =
    'Takes down the one link that ties it to the rest, in both directions, also for ssh from here. Machines of a region that is cut off still reach one another.';
  static override examples = ['<%= config.bin %> lab cut eu', '<%= config.bin %> lab cut us-2 --json'];
  static override args = {
    place: Args.string({ description: 'Region or machine.', required: true }),
  };
  static override flags = LAB_FLAGS;

  async run(): Promise<LabCutResult> {
    const { args, flags } = await this.parse(LabCut);
    const { cut } = await this.changeLab(flags.name, (lab) => cutTies(lab, [args.place]));
    this.log(`  ✔ ${args.place} is cut off · streamctl lab heal joins it again`);
    return { lab: flags.name, cut };
  }
}
