import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { type UpgradeReport, upgradeCluster } from '../lib/cli/upgrade-action.ts';
import { formatUpgrade } from '../lib/cli/views/format-upgrade.ts';

export default class Upgrade extends BaseCommand {
  static override summary = 'Bring another program under a running cluster, and viewers see nothing of it.';
  static override description =
    'Goes node by node and region by region. Each node is touched only while others stand in for it, and the next one only when playlists advance, segments decode and replicas are the same. A node that does not get well goes back to what it ran, and the upgrade stops. Killed at any moment, it continues when run again.';
  static override examples = [
    '<%= config.bin %> upgrade',
    '<%= config.bin %> upgrade --to ../streamctl-next --dry-run',
    '<%= config.bin %> upgrade --to 3f1c9a0b7d24',
    '<%= config.bin %> upgrade --rollback',
  ];
  static override flags = {
    to: Flags.string({
      summary:
        'A build, by its folder, or a program that the cluster still has, by its digest. [default: this one]',
      helpValue: 'PATH|DIGEST',
      exclusive: ['rollback'],
    }),
    rollback: Flags.boolean({ summary: 'Bring back what every node ran before the last upgrade.' }),
    interrupt: Flags.boolean({
      summary: 'Also restart what nothing stands in for: its viewers and publishers will notice.',
    }),
    'dry-run': Flags.boolean({ summary: 'Say what it would do, and change nothing.' }),
  };

  async run(): Promise<UpgradeReport> {
    const { flags } = await this.parse(Upgrade);
    const report = await upgradeCluster({
      choice: flags,
      to: flags.to,
      rollback: flags.rollback,
      dryRun: flags['dry-run'],
      interrupts: flags.interrupt,
      root: this.config.root,
      version: this.config.version,
      signal: this.signal,
      say: (line) => this.progress(`    ${line}`),
      passed: (node, tookMs, changed) =>
        this.progress(
          `  ✔ ${node.padEnd(12)}${changed ? 'changed' : 'runs it already'}   ${(tookMs / 1000).toFixed(1)} s`,
        ),
    });
    this.log(formatUpgrade(report, flags.rollback));
    return report;
  }
}
