import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { outputColumns } from '../../lib/cli/terminal-size.ts';
import { useStore } from '../../lib/cli/use-store.ts';
import { formatRingHistory } from '../../lib/cli/views/format-ring-history.ts';
import { COLOURED, PLAIN } from '../../lib/cli/views/paint.ts';
import { loadRingHistory } from '../../lib/store/ring.ts';
import type { RingChange } from '../../lib/store/ring-records.ts';

interface HistoryResult {
  /** Oldest first. */
  readonly changes: readonly RingChange[];
}

export default class RingHistory extends BaseCommand {
  static override summary = 'List the changes of the ring: which, when, by whom and why.';
  static override description =
    'The newest last, so that what ring undo takes back stands at the end. With --json each has what it changed, before and after.';
  static override examples = [
    '<%= config.bin %> ring history',
    '<%= config.bin %> ring history -n 100 --json',
  ];
  static override flags = {
    count: Flags.integer({ char: 'n', summary: 'How many changes.', default: 20, min: 1, max: 10_000 }),
  };

  async run(): Promise<HistoryResult> {
    const { flags } = await this.parse(RingHistory);
    const changes = await useStore(await this.loadCluster(), (store) => loadRingHistory(store, flags.count));
    const columns = outputColumns(process.stdout);
    for (const line of formatRingHistory(changes, columns, this.colour ? COLOURED : PLAIN)) this.log(line);
    return { changes };
  }
}
