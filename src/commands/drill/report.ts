import { StreamctlError } from '../../lib/base/errors.ts';
import { Args, BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { loadReportTemplate } from '../../lib/cli/drill-command.ts';
import type { DrillRun } from '../../lib/drill/drill-result.ts';
import { listDrillIds, loadDrill } from '../../lib/drill/history.ts';
import { formatHtml } from '../../lib/drill/report/html.ts';
import { formatJunit } from '../../lib/drill/report/junit.ts';
import { formatMarkdown } from '../../lib/drill/report/markdown.ts';

export default class DrillReport extends BaseCommand {
  static override summary = 'Print the report of a drill.';
  static override description = 'Of the last one unless told. One HTML file needs nothing beside it.';
  static override examples = [
    '<%= config.bin %> drill report',
    '<%= config.bin %> drill report 2026-11-22T14-02-10-fail-region-eu --html',
    '<%= config.bin %> drill report --junit',
  ];
  static override args = { id: Args.string({ description: 'As drill history names it.' }) };
  static override flags = {
    html: Flags.boolean({ summary: 'As HTML.', exclusive: ['md', 'junit'] }),
    md: Flags.boolean({ summary: 'As Markdown; so it is unless told.', exclusive: ['junit'] }),
    junit: Flags.boolean({ summary: 'As JUnit XML.' }),
  };

  async run(): Promise<DrillRun> {
    const { args, flags } = await this.parse(DrillReport);
    const { dir } = await this.loadCluster();
    const id = args.id ?? (await listDrillIds(dir)).at(-1);
    const found = id === undefined ? null : await loadDrill(dir, id);
    if (found === null) {
      throw new StreamctlError(
        'NOT_FOUND',
        id === undefined ? 'no drill has run yet' : `drill ${id} came to no result`,
        {
          hint: 'See streamctl drill history.',
        },
      );
    }
    const { run, pictures } = found;
    if (flags.html) this.log(formatHtml(run, pictures, await loadReportTemplate(this.config.root)));
    else this.log(flags.junit ? formatJunit([run]) : formatMarkdown(run));
    return run;
  }
}
