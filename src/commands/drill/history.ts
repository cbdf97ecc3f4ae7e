import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { formatTable } from '../../lib/cli/views/format-table.ts';
import { PLAIN } from '../../lib/cli/views/paint.ts';
import type { DrillRun } from '../../lib/drill/drill-result.ts';
import { listDrillIds, loadDrill } from '../../lib/drill/history.ts';
import { wordMs } from '../../lib/drill/report/headline.ts';

interface DrillHistoryResult {
  /** Oldest first. */
  readonly drills: readonly {
    readonly id: string;
    /** Null when it came to no result. */
    readonly verdict: DrillRun['verdict'] | null;
    readonly deadAirP99Ms: number | null;
    readonly recoveredMs: number | null;
  }[];
}

export default class DrillHistory extends BaseCommand {
  static override summary = 'List the drills of a cluster and their verdicts.';
  static override description = 'The oldest first; a hundred are kept, until streamctl down --purge.';
  static override examples = [
    '<%= config.bin %> drill history',
    '<%= config.bin %> drill history --last 5 --json',
  ];
  static override flags = {
    last: Flags.integer({ summary: 'How many.', default: 20, min: 1 }),
  };

  async run(): Promise<DrillHistoryResult> {
    const { flags } = await this.parse(DrillHistory);
    const view = await this.loadCluster();
    const ids = (await listDrillIds(view.dir)).slice(-flags.last);
    const drills = await Promise.all(
      ids.map(async (id) => {
        const run = (await loadDrill(view.dir, id))?.run;
        return {
          id,
          verdict: run?.verdict ?? null,
          deadAirP99Ms: run?.seen.deadAirMs.p99 ?? null,
          recoveredMs: run?.recoveredMs ?? null,
        };
      }),
    );
    const columns = [
      { title: 'drill', shrinkTo: 30 },
      { title: 'verdict' },
      { title: 'dead air p99', align: 'right' as const },
      { title: 'recovered', align: 'right' as const },
    ];
    const rows = drills.map(({ id, verdict, deadAirP99Ms, recoveredMs }) =>
      [id, verdict ?? 'no result', wordMs(deadAirP99Ms), wordMs(recoveredMs)].map((text) => ({ text })),
    );
    if (rows.length === 0) this.log('  no drill has run yet');
    else for (const line of formatTable({ columns, rows }, 110, PLAIN.quiet)) this.log(`  ${line}`);
    return { drills };
  }
}
