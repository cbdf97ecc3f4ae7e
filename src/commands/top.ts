import { EXIT, StreamctlError } from '../lib/base/errors.ts';
import { BaseCommand } from '../lib/cli/base-command.ts';
import { observeCluster } from '../lib/cli/observe-cluster.ts';
import { runTop } from '../lib/cli/run-top.ts';
import { COLOURED, PLAIN } from '../lib/cli/views/paint.ts';

export default class Top extends BaseCommand {
  static override summary = 'Watch the cluster live, full screen.';
  static override description =
    `The same as status, each second, sorted and scrolled with keys; ? explains them.
Needs a terminal: elsewhere use streamctl status --watch.`;
  static override examples = ['<%= config.bin %> top', '<%= config.bin %> top --cluster demo'];

  async run(): Promise<void> {
    await this.parse(Top);
    if (!process.stdin.isTTY || !process.stdout.isTTY || this.jsonEnabled()) {
      throw new StreamctlError('USAGE', 'top draws on a terminal, and this is none', {
        hint: 'Use streamctl status --watch, or streamctl status --json.',
      });
    }
    const view = await this.loadCluster();
    this.interruptedStatus = EXIT.ok;
    await runTop({
      observe: () => observeCluster(view),
      terminal: { input: process.stdin, output: process.stdout },
      paint: this.colour ? COLOURED : PLAIN,
      signal: this.signal,
    });
  }
}
