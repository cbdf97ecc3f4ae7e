import { BaseCommand } from '../../lib/cli/base-command.ts';
import { outputColumns } from '../../lib/cli/terminal-size.ts';
import { formatTable } from '../../lib/cli/views/format-table.ts';
import { PLAIN } from '../../lib/cli/views/paint.ts';
import { DRILLS } from '../../lib/drill/drill-kinds.ts';

interface DrillListResult {
  readonly drills: readonly {
    readonly name: string;
    readonly target: string | null;
    readonly fault: string;
    readonly expect: string;
  }[];
}

/** Columns of a terminal that shows every fault beside what is expected. */
const WIDE = 180;

export default class DrillList extends BaseCommand {
  static override summary = 'List the drills: what each breaks, and what must be seen.';
  static override description = 'Needs no cluster. streamctl drill show NAME says more about one.';
  static override examples = ['<%= config.bin %> drill list', '<%= config.bin %> drill list --json'];

  async run(): Promise<DrillListResult> {
    await this.parse(DrillList);
    const all = DRILLS.map(({ name, target, amount, fault, expect }) =>
      [
        [name, target?.toUpperCase(), amount?.name.toUpperCase()].filter(Boolean).join(' '),
        fault,
        expect,
      ].map((text) => ({ text })),
    );
    // Side by side where there is room; else each is whole, and the rest is for `drill show`.
    const room = outputColumns(process.stdout, Number.POSITIVE_INFINITY);
    const isWide = room >= WIDE;
    const columns = [
      { title: 'drill' },
      { title: 'fault', shrinkTo: 30 },
      ...(isWide ? [{ title: 'expected', shrinkTo: 30 }] : []),
    ];
    const rows = all.map((row) => row.slice(0, columns.length));
    for (const line of formatTable({ columns, rows }, room - 2, PLAIN.quiet)) this.log(`  ${line}`);
    if (!isWide) this.log('\n  what must be seen: streamctl drill show NAME');
    return { drills: DRILLS.map(({ name, target, fault, expect }) => ({ name, target, fault, expect })) };
  }
}
