import { writeFile } from 'node:fs/promises';
import { EXIT } from '../lib/base/errors.ts';
import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import type { UpPlan } from '../lib/cli/plan-action.ts';
import { runPlan } from '../lib/cli/up-action.ts';
import { formatPlan } from '../lib/cli/views/format-plan.ts';
import { withoutFlag } from '../lib/cli/without-flag.ts';

/** As Terraform's detailed exit status has it. */
const SOMETHING = 2;

export default class Plan extends BaseCommand {
  static override summary = 'Say what up would change, and change nothing.';
  static override description =
    'Goes through the steps of up without doing them: what is missing, what would be restarted, what would be removed, on each node. Exit status 0 when that is nothing and 2 when it is something; a wrong command line is 64 here. The digest that it prints is for up --plan.';
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan --out plan.json',
    '<%= config.bin %> plan --json',
    '<%= config.bin %> plan --without eu-2',
  ];
  static override flags = {
    without: withoutFlag(),
    out: Flags.string({ summary: 'Also write the plan into this file, for up --plan.', helpValue: 'FILE' }),
  };
  /** 2 says that there is something to do. */
  protected override usageStatus: number = EXIT.planUsage;

  async run(): Promise<UpPlan> {
    const { flags } = await this.parse(Plan);
    const plan = await runPlan({
      spec: flags.spec,
      cluster: flags.cluster,
      without: flags.without,
      root: this.config.root,
      version: this.config.version,
      signal: this.signal,
    });
    for (const line of formatPlan(plan, { next: true })) this.log(line);
    if (flags.out !== undefined) {
      await writeFile(flags.out, `${JSON.stringify({ version: 1, ...plan }, null, 2)}\n`);
    }
    if (plan.changes.length > 0) this.exitWith(SOMETHING);
    return plan;
  }
}
