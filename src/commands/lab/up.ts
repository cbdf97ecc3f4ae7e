import { Flags } from '../../lib/cli/base-command.ts';
import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { runSteps } from '../../lib/cli/run-steps.ts';
import { formatLab } from '../../lib/cli/views/format-lab.ts';
import { locateRoots } from '../../lib/lab/layout.ts';
import { prepareLab } from '../../lib/lab/prepare-lab.ts';
import { collectLabStatus, type LabStatus } from '../../lib/lab/status.ts';
import { LAB_UP_STEPS } from '../../lib/lab/up.ts';

interface LabUpResult extends LabStatus {
  /** Machines that were switched on now. */
  readonly started: readonly string[];
}

export default class LabUp extends LabCommand {
  static override summary = 'Make real Debian machines inside this one, to rehearse on.';
  static override description =
    'Each machine has systemd, sshd and an address of its own; each region is a bridge, and a router joins them. They are reached from this machine alone, and reach nothing outside. Writes an inventory and a file for ssh -F. Needs root, and installs mmdebstrap, systemd-container and netcat-openbsd when they are missing. Run again it mends: what is off is switched on, what is cut is joined.';
  static override examples = [
    '<%= config.bin %> lab up',
    '<%= config.bin %> lab up --regions us,eu --nodes-per-region 1',
    '<%= config.bin %> lab up --name rehearsal --json',
  ];
  static override flags = {
    ...LAB_FLAGS,
    regions: Flags.string({ summary: 'Regions of a new lab. [default: us,eu,ap]', helpValue: 'A,B' }),
    'nodes-per-region': Flags.integer({ summary: 'Machines in each region. [default: 2]', helpValue: 'N' }),
  };

  async run(): Promise<LabUpResult> {
    const { flags } = await this.parse(LabUp);
    const layout = this.place(flags.name);
    const asked = { regions: flags.regions?.split(','), nodesPerRegion: flags['nodes-per-region'] };
    const context = await prepareLab(flags.name, asked, {
      layout,
      roots: locateRoots(process.env),
      program: this.config.root,
      signal: this.signal,
    });
    await this.alone(layout, () => runSteps(LAB_UP_STEPS, context, { silent: this.jsonEnabled() }));
    const status = await collectLabStatus(context.record, context.plan, layout);
    for (const line of formatLab(status)) this.log(line);
    this.log(`\n  Log in     ssh -F ${layout.sshConfig} ${context.plan.machines[0]!.name}`);
    this.log(`  Inventory  ${layout.inventory}`);
    this.log('  Stop       streamctl lab down');
    return { ...status, started: context.started };
  }
}
