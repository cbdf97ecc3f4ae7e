import { BaseCommand } from '../../lib/cli/base-command.ts';
import { describeRegions, type RegionReport } from '../../lib/cli/region/list-regions.ts';
import { outputColumns } from '../../lib/cli/terminal-size.ts';
import { useStoreReader } from '../../lib/cli/use-store.ts';
import { formatRegions } from '../../lib/cli/views/format-regions.ts';
import { COLOURED, PLAIN } from '../../lib/cli/views/paint.ts';
import { loadRingFacts } from '../../lib/membership/load-ring-facts.ts';

interface RegionListResult {
  readonly regions: readonly RegionReport[];
  /** `away`: then states and streams are not known. */
  readonly store: 'answers' | 'away';
}

export default class RegionList extends BaseCommand {
  static override summary = 'List the regions: their nodes, weights, and the streams that run there.';
  static override description =
    'By what the last up made, and by the ring; without the store states and streams are left open. How the regions fare is in status.';
  static override examples = ['<%= config.bin %> region list', '<%= config.bin %> region list --json'];

  async run(): Promise<RegionListResult> {
    const view = await this.loadCluster();
    const facts = await useStoreReader(view, (reader) => loadRingFacts(reader)).catch(() => null);
    const regions = describeRegions(view, facts);
    const columns = outputColumns(process.stdout);
    for (const line of formatRegions(regions, columns, this.colour ? COLOURED : PLAIN)) this.log(line);
    if (facts === null) this.log('\n  the store does not answer: states and streams are not known');
    return { regions, store: facts === null ? 'away' : 'answers' };
  }
}
