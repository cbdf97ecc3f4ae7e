import { BaseCommand } from '../../lib/cli/base-command.ts';
import { chooseClusterDir } from '../../lib/cli/context.ts';
import { type LockState, loadLockState } from '../../lib/cli/lock-action.ts';
import { formatLock } from '../../lib/cli/views/format-lock.ts';

export default class LockStatus extends BaseCommand {
  static override summary = 'Say which command is changing the cluster, and from where.';
  static override description =
    'One command at a time changes a cluster. This machine keeps that in a file; the store keeps it for all machines, with a sign of life each two seconds: a holder without one for 30 s has lost the lock. Exit status 0 either way.';
  static override examples = ['<%= config.bin %> lock status', '<%= config.bin %> lock status --json'];

  async run(): Promise<LockState> {
    const state = await loadLockState(await chooseClusterDir(await this.clusterChoice()));
    for (const line of formatLock(state, Date.now())) this.log(line);
    return state;
  }
}
