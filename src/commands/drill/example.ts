import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BaseCommand } from '../../lib/cli/base-command.ts';

interface DrillExampleResult {
  readonly yaml: string;
}

export default class DrillExample extends BaseCommand {
  static override summary = 'Print the file of a drill, with every key explained.';
  static override description = 'To start from: change it, and run it with streamctl drill run.';
  static override examples = ['<%= config.bin %> drill example > drill.yaml'];

  async run(): Promise<DrillExampleResult> {
    await this.parse(DrillExample);
    const yaml = await readFile(join(this.config.root, 'templates/drill.yaml'), 'utf8');
    this.log(yaml.trimEnd());
    return { yaml };
  }
}
