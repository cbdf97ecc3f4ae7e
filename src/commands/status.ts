import { systemClock } from '../lib/base/clock.ts';
import { EXIT } from '../lib/base/errors.ts';
import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { everySecond } from '../lib/cli/every-second.ts';
import { observeCluster } from '../lib/cli/observe-cluster.ts';
import { createRepaint } from '../lib/cli/repaint.ts';
import { statusLines } from '../lib/cli/status-lines.ts';
import { formatChanges } from '../lib/cli/views/format-changes.ts';
import type { ClusterStatus } from '../lib/health/cluster-status.ts';
import type { ClusterView } from '../lib/nodes/cluster-view.ts';

export default class Status extends BaseCommand {
  static override summary = 'Say how the cluster is, what is wrong first.';
  static override description = `Asks every node directly, so it works without Redis and with any node gone.
Each problem says what is wrong, what viewers notice of it, and what to do.

Exit status: 0 healthy, 7 something is wrong, 5 the cluster is not running.`;
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --watch',
    '<%= config.bin %> status --json',
  ];
  static override flags = {
    watch: Flags.boolean({
      char: 'w',
      summary: 'Look again each second; without a terminal print changes, one a line.',
      exclusive: ['json'],
    }),
  };

  async run(): Promise<ClusterStatus> {
    const { flags } = await this.parse(Status);
    const view = await this.loadCluster();
    if (flags.watch) return await this.#watch(view);
    const status = await observeCluster(view);
    for (const line of this.#format(status)) this.log(line);
    return this.#judged(status);
  }

  async #watch(view: ClusterView): Promise<ClusterStatus> {
    this.interruptedStatus = EXIT.ok;
    const repaint = createRepaint(process.stdout);
    let last: ClusterStatus | null = null;
    await everySecond(async () => {
      const status = await observeCluster(view);
      if (process.stdout.isTTY) repaint.draw(this.#format(status));
      else for (const line of formatChanges(last, status, systemClock.nowMs())) this.log(line);
      last = status;
    }, this.signal);
    return last ?? (await observeCluster(view));
  }

  #format(status: ClusterStatus): string[] {
    return statusLines(status, process.stdout, this.colour);
  }

  #judged(status: ClusterStatus): ClusterStatus {
    if (!status.running) this.exitWith(EXIT.notRunning);
    else if (!status.healthy) this.exitWith(EXIT.unhealthy);
    return status;
  }
}
