import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { mendTies } from '../../lib/lab/ties.ts';

interface LabHealResult {
  readonly lab: string;
  /** What was cut off until now. */
  readonly joined: readonly string[];
}

export default class LabHeal extends LabCommand {
  static override summary = 'Join everything again that was cut off in a lab.';
  static override description = 'Machines that are off stay off: lab power-on boots one, lab up all of them.';
  static override examples = ['<%= config.bin %> lab heal', '<%= config.bin %> lab heal --json'];
  static override flags = LAB_FLAGS;

  async run(): Promise<LabHealResult> {
    const { flags } = await this.parse(LabHeal);
    const joined = await this.changeLab(flags.name, mendTies);
    this.log(joined.length === 0 ? '  nothing was cut off' : `  ✔ joined ${joined.join(', ')}`);
    return { lab: flags.name, joined };
  }
}
