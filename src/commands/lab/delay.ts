import { Args } from '../../lib/cli/base-command.ts';
import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { type LabDelay, setDelay } from '../../lib/lab/delay.ts';

interface LabDelayResult extends LabDelay {
  readonly lab: string;
}

export default class LabDelayCommand extends LabCommand {
  static override summary = 'Put distance between two regions of a lab.';
  static override description =
    'Packets between them take so much longer each way; a round trip twice that. 0 takes it away. Needs no netem: a small process in the lab holds the packets back.';
  static override examples = [
    '<%= config.bin %> lab delay us eu 40',
    '<%= config.bin %> lab delay us eu 0',
    '<%= config.bin %> lab delay us ap 90 --json',
  ];
  static override args = {
    region: Args.string({ description: 'One region.', required: true }),
    other: Args.string({ description: 'The other.', required: true }),
    ms: Args.integer({ description: 'Milliseconds each way; 0 for none.', required: true }),
  };
  static override flags = LAB_FLAGS;

  async run(): Promise<LabDelayResult> {
    const { args, flags } = await this.parse(LabDelayCommand);
    const delay = { regions: [args.region, args.other] as const, eachWayMs: args.ms };
    await this.changeLab(flags.name, (lab) => setDelay(lab, delay));
    const words = args.ms === 0 ? 'no delay' : `${args.ms} ms each way`;
    this.log(`  ✔ ${args.region} and ${args.other}: ${words}`);
    return { lab: flags.name, ...delay };
  }
}
