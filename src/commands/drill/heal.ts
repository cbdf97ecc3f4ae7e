import { EXIT } from '../../lib/base/errors.ts';
import { BaseCommand } from '../../lib/cli/base-command.ts';
import { chooseClusterDir } from '../../lib/cli/context.ts';
import { healAllArmed } from '../../lib/drill/stage/heal-machine.ts';
import { healMachines } from '../../lib/drill/stage/heal-machines.ts';
import { loadClusterRecord, viewOf } from '../../lib/nodes/cluster-view.ts';

interface DrillHealResult {
  readonly healed: readonly string[];
  readonly failed: readonly string[];
}

export default class DrillHeal extends BaseCommand {
  static override summary = 'Undo what a drill left broken, when it could not do so itself.';
  static override description =
    'A drill heals by itself, also when it was killed. This is for when the process that keeps its undo was lost, too. ' +
    'Doing it twice, or for nothing, does no harm.';
  static override examples = ['<%= config.bin %> drill heal', '<%= config.bin %> drill heal --cluster demo'];

  async run(): Promise<DrillHealResult> {
    const { flags } = await this.parse(DrillHeal);
    const { dir } = await chooseClusterDir(flags);
    const here = await healAllArmed(dir, Date.now);
    const record = await loadClusterRecord(dir);
    const view = record === null ? null : viewOf(record, dir);
    const there = view?.ssh ? await healMachines(view, view.ssh, this.signal) : [];
    const healed = [here, ...there].flatMap((one) => one.healed);
    const failed = [here, ...there].flatMap((one) => one.failed);
    for (const what of healed) this.log(`  ✔ undone: ${what}`);
    for (const what of failed) this.log(`  ✖ not undone: ${what}`);
    if (healed.length === 0) this.log('  nothing is armed');
    if (failed.length > 0) this.exitWith(EXIT.partlyDone);
    return { healed, failed };
  }
}
