import { Args, BaseCommand } from '../../lib/cli/base-command.ts';
import { formatDrillKind } from '../../lib/cli/views/format-drill.ts';
import { type DrillKind, findDrill } from '../../lib/drill/drill-kinds.ts';

export default class DrillShow extends BaseCommand {
  static override summary = 'Explain one drill.';
  static override description = 'What it breaks, what must be seen, and how long it takes. Needs no cluster.';
  static override examples = ['<%= config.bin %> drill show fail-region'];
  static override args = { name: Args.string({ description: 'Name of the drill.', required: true }) };

  async run(): Promise<Omit<DrillKind, 'faultOf'>> {
    const { args } = await this.parse(DrillShow);
    const { faultOf, ...kind } = findDrill(args.name);
    for (const line of formatDrillKind(kind)) this.log(line);
    return kind;
  }
}
