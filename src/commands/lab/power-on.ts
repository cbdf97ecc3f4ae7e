import { Args } from '../../lib/cli/base-command.ts';
import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { powerOn } from '../../lib/lab/power.ts';

interface LabPowerOnResult {
  readonly lab: string;
  readonly machine: string;
  readonly state: 'on';
  /** False when it was on already. */
  readonly changed: boolean;
}

export default class LabPowerOn extends LabCommand {
  static override summary = 'Boot a machine of a lab that is off.';
  static override description =
    'It has the disk that it had. Returns when it answers by ssh, unless it is cut off.';
  static override examples = [
    '<%= config.bin %> lab power-on us-1',
    '<%= config.bin %> lab power-on us-1 --json',
  ];
  static override args = { machine: Args.string({ description: 'Machine.', required: true }) };
  static override flags = LAB_FLAGS;

  async run(): Promise<LabPowerOnResult> {
    const { args, flags } = await this.parse(LabPowerOn);
    const changed = await this.changeLab(flags.name, (lab) => powerOn(lab, args.machine, this.signal));
    this.log(changed ? `  ✔ ${args.machine} is on` : `  ${args.machine} was on already`);
    return { lab: flags.name, machine: args.machine, state: 'on', changed };
  }
}
