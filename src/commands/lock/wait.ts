import { parseDurationMs } from '../../lib/base/duration.ts';
import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { chooseClusterDir } from '../../lib/cli/context.ts';
import { awaitUnlocked, type LockWaited } from '../../lib/cli/lock-action.ts';
import { formatAway, formatLock, wordNobody } from '../../lib/cli/views/format-lock.ts';

interface LockWaitResult extends LockWaited {
  readonly cluster: string;
}

export default class LockWait extends BaseCommand {
  static override summary = 'Wait until no command is changing the cluster.';
  static override description =
    'Ends with 0 when the lock is free, and with 6 when it is not in time. While the store does not answer, a lease that was seen counts for as long as it would last; without one only commands of this machine are known. It does not take the lock: another command may be faster.';
  static override examples = ['<%= config.bin %> lock wait', '<%= config.bin %> lock wait --for 2m --json'];
  static override flags = {
    for: Flags.string({ summary: 'How long to wait at most.', helpValue: 'TIME', default: '10m' }),
  };

  async run(): Promise<LockWaitResult> {
    const { flags } = await this.parse(LockWait);
    const place = await chooseClusterDir(flags);
    const { waitedMs, store } = await awaitUnlocked(place, {
      waitMs: parseDurationMs(flags.for),
      signal: this.signal,
      say: (state) => {
        for (const line of formatLock(state, Date.now())) this.progress(line);
      },
    });
    const waited = `waited ${(waitedMs / 1000).toFixed(1)} s`;
    this.log(`  ${wordNobody(store)} is changing cluster ${place.name} · ${waited}`);
    for (const line of formatAway(store)) this.log(line);
    return { cluster: place.name, waitedMs, store };
  }
}
