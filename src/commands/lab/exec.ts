import { Args } from '../../lib/cli/base-command.ts';
import { streamctlHome } from '../../lib/cli/context.ts';
import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { becomeInNetwork } from '../../lib/lab/become-in-network.ts';
import { openLab } from '../../lib/lab/open-lab.ts';

export default class LabExec extends LabCommand {
  static override summary = 'Run a command of this machine inside the network of a lab.';
  static override description =
    'It sees the machines’ addresses, as an operator or a viewer of the outside world does; files and everything else are this machine’s. Exit status and signals are the command’s own.';
  static override examples = [
    '<%= config.bin %> lab exec -- streamctl drill fail-region eu',
    '<%= config.bin %> lab exec -- curl http://10.213.2.1:8080/live/demo/index.m3u8',
  ];
  static override strict = false;
  static override args = {
    command: Args.string({ description: 'Command and its arguments.', required: true }),
  };
  static override flags = LAB_FLAGS;

  async run(): Promise<never> {
    const { argv, flags } = await this.parse(LabExec);
    this.place(flags.name);
    const { switchPid } = await openLab(streamctlHome(), flags.name);
    return becomeInNetwork(switchPid, argv as string[], process.env);
  }
}
