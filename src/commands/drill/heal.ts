import { join } from 'node:path';
import { EXIT } from '../../lib/base/errors.ts';
import { BaseCommand } from '../../lib/cli/base-command.ts';
import { chooseClusterDir } from '../../lib/cli/context.ts';
import { findArmed } from '../../lib/drill/history.ts';
import { healRecord } from '../../lib/drill/undo/undo-process.ts';

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
    const healed: string[] = [];
    const failed: string[] = [];
    for (const folder of await findArmed(dir)) {
      const done = await healRecord(join(folder.dir, 'undo.json'), Date.now);
      healed.push(...done.healed);
      failed.push(...done.failed);
    }
    for (const what of healed) this.log(`  ✔ undone: ${what}`);
    for (const what of failed) this.log(`  ✖ not undone: ${what}`);
    if (healed.length === 0) this.log('  nothing is armed');
    if (failed.length > 0) this.exitWith(EXIT.partlyDone);
    return { healed, failed };
  }
}
