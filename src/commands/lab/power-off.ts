import { Args } from '../../lib/cli/base-command.ts';
import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { powerOff } from '../../lib/lab/power.ts';

interface LabPowerOffResult {
  readonly lab: string;
  readonly machine: string;
  readonly state: 'off';
  /** False when it was off already. */
  readonly changed: boolean;
}

export default class LabPowerOff extends LabCommand {
  static override summary = 'Cut the power of a machine of a lab.';
  static override description =
    'Everything in it ends at once, and nothing is told. Its disk keeps what was written.';
  static override examples = [
    '<%= config.bin %> lab power-off us-1',
    '<%= config.bin %> lab power-off us-1 --json',
  ];
  static override args = { machine: Args.string({ description: 'Machine.', required: true }) };
  static override flags = LAB_FLAGS;

  async run(): Promise<LabPowerOffResult> {
    const { args, flags } = await this.parse(LabPowerOff);
    const changed = await this.changeLab(flags.name, (lab) => powerOff(lab, args.machine));
    this.log(changed ? `  ✔ ${args.machine} is off` : `  ${args.machine} was off already`);
    return { lab: flags.name, machine: args.machine, state: 'off', changed };
  }
}
