import { BaseCommand } from '../lib/cli/base-command.ts';
import { runUp } from '../lib/cli/up-action.ts';
import type { Change } from '../lib/provision/changes.ts';

interface PlanResult {
  readonly cluster: string;
  readonly changes: readonly Change[];
}

export default class Plan extends BaseCommand {
  static override summary = 'Say what up would change, and change nothing.';
  static override description =
    'Goes through the steps of up without doing them: what is missing, what would be restarted, what would be removed.';
  static override examples = ['<%= config.bin %> plan', '<%= config.bin %> plan --json'];

  async run(): Promise<PlanResult> {
    const { flags } = await this.parse(Plan);
    const { spec, changes } = await runUp({
      spec: flags.spec,
      cluster: flags.cluster,
      mode: 'plan',
      wait: false,
      command: 'streamctl plan',
      root: this.config.root,
      version: this.config.version,
      silent: true,
      signal: this.signal,
      say: () => {},
    });
    if (changes.length === 0)
      this.log(`  cluster ${spec.cluster} is as the spec says; up would change nothing`);
    else this.log(`  up would make ${changes.length} changes to cluster ${spec.cluster}\n`);
    const width = Math.max(...changes.map(({ node }) => (node ?? 'cluster').length), 0);
    for (const { node, text } of changes) this.log(`    ${(node ?? 'cluster').padEnd(width)}  ${text}`);
    return { cluster: spec.cluster, changes };
  }
}
