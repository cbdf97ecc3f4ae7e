import { EXIT } from '../../lib/base/errors.ts';
import { streamctlHome } from '../../lib/cli/context.ts';
import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { formatLab } from '../../lib/cli/views/format-lab.ts';
import { planLab } from '../../lib/lab/lab-plan.ts';
import { requireRecord } from '../../lib/lab/record.ts';
import { collectLabStatus, type LabStatus } from '../../lib/lab/status.ts';

export default class LabStatusCommand extends LabCommand {
  static override summary = 'Show which machines of a lab are on, and what is cut off.';
  static override description =
    'Looks at the processes of this machine and asks no machine of the lab. Exit status 7 unless all are on and joined.';
  static override examples = ['<%= config.bin %> lab status', '<%= config.bin %> lab status --json'];
  static override flags = LAB_FLAGS;

  async run(): Promise<LabStatus> {
    const { flags } = await this.parse(LabStatusCommand);
    const layout = this.place(flags.name);
    const record = await requireRecord(streamctlHome(), flags.name);
    const status = await collectLabStatus(record, planLab(record), layout);
    for (const line of formatLab(status)) this.log(line);
    if (status.state !== 'whole') this.exitWith(EXIT.unhealthy);
    return status;
  }
}
