import { EXIT } from '../lib/base/errors.ts';
import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import type { ClusterChoice } from '../lib/cli/context.ts';
import { outputColumns } from '../lib/cli/terminal-size.ts';
import { type UpgradeReport, upgradeCluster } from '../lib/cli/upgrade-action.ts';
import { listClusterPrograms, type ProgramList } from '../lib/cli/upgrade-list.ts';
import { formatPrograms } from '../lib/cli/views/format-programs.ts';
import { formatUpgrade } from '../lib/cli/views/format-upgrade.ts';
import { COLOURED, PLAIN } from '../lib/cli/views/paint.ts';
import { withoutFlag } from '../lib/cli/without-flag.ts';

export default class Upgrade extends BaseCommand {
  static override summary = 'Bring another program under a running cluster, and viewers see nothing of it.';
  static override description =
    'Goes node by node and region by region. Each node is touched only while others stand in for it, and the next one only when playlists advance, segments decode and replicas are the same. A node that does not get well goes back to what it ran, and the upgrade stops. Killed at any moment, it continues when run again. With --without it leaves nodes as they are whose machines are away, does the rest, and ends with status 10.';
  static override examples = [
    '<%= config.bin %> upgrade',
    '<%= config.bin %> upgrade --to ../streamctl-next --dry-run',
    '<%= config.bin %> upgrade --list',
    '<%= config.bin %> upgrade --to 0.2.0',
    '<%= config.bin %> upgrade --rollback',
    '<%= config.bin %> upgrade --without eu-2',
  ];
  static override flags = {
    to: Flags.string({
      summary:
        'A build, by its folder, or a program that is known (--list), by its version or digest. [default: this one]',
      helpValue: 'VERSION|PATH|DIGEST',
      exclusive: ['rollback'],
    }),
    list: Flags.boolean({
      summary: 'Say which programs are known and what runs where, and change nothing.',
      exclusive: ['to', 'rollback', 'interrupt', 'without', 'dry-run'],
    }),
    rollback: Flags.boolean({ summary: 'Bring back what every node ran before the last upgrade.' }),
    interrupt: Flags.boolean({
      summary: 'Also restart what nothing stands in for: its viewers and publishers will notice.',
    }),
    without: withoutFlag(),
    'dry-run': Flags.boolean({ summary: 'Say what it would do, and change nothing.' }),
  };

  async run(): Promise<UpgradeReport | ProgramList> {
    const { flags } = await this.parse(Upgrade);
    if (flags.list) return await this.#list(flags);
    const report = await upgradeCluster({
      choice: flags,
      to: flags.to,
      rollback: flags.rollback,
      dryRun: flags['dry-run'],
      interrupts: flags.interrupt,
      without: flags.without,
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
    if (report.without.length > 0 && !report.dryRun) this.exitWith(EXIT.partlyDone);
    return report;
  }

  async #list(choice: ClusterChoice): Promise<ProgramList> {
    const { root, version } = this.config;
    const list = await listClusterPrograms({ choice, root, version, signal: this.signal });
    const columns = outputColumns(process.stdout);
    for (const line of formatPrograms(list, columns, this.colour ? COLOURED : PLAIN)) this.log(line);
    return list;
  }
}
