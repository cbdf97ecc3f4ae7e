import { Flags } from '../../lib/cli/base-command.ts';
import { streamctlHome } from '../../lib/cli/context.ts';
import { LAB_FLAGS, LabCommand } from '../../lib/cli/lab-command.ts';
import { takeLabDown } from '../../lib/lab/down.ts';
import { removeLeftDrafts, removeRoots } from '../../lib/lab/ensure-root.ts';
import { locateRoots } from '../../lib/lab/layout.ts';

interface LabDownResult {
  readonly lab: string;
  /** Processes that ran on this machine. */
  readonly ended: number;
  readonly purged: boolean;
}

export default class LabDown extends LabCommand {
  static override summary = 'Take a lab away: machines, networks, mounts and files.';
  static override description =
    'Also after crashes; run twice it does nothing the second time. The root file system is kept for the next lab unless --purge.';
  static override examples = ['<%= config.bin %> lab down', '<%= config.bin %> lab down --purge'];
  static override flags = {
    ...LAB_FLAGS,
    purge: Flags.boolean({
      summary:
        'Also delete the root file systems that are kept for other labs to come, but for those of other labs.',
    }),
  };

  async run(): Promise<LabDownResult> {
    const { flags } = await this.parse(LabDown);
    const layout = this.place(flags.name);
    const ended = await this.alone(layout, () => takeLabDown(layout));
    const roots = locateRoots(process.env);
    const needing = flags.purge ? await removeRoots(roots, streamctlHome()) : [];
    if (!flags.purge) await removeLeftDrafts(roots);
    this.log(ended === 0 ? `  lab ${flags.name} was not running` : `  ✔ lab ${flags.name} is gone`);
    if (needing.length > 0) this.log(`  kept the root file system of ${needing.join(', ')}`);
    return { lab: flags.name, ended, purged: flags.purge };
  }
}
