import { parseDurationMs } from '../../lib/base/duration.ts';
import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { chooseClusterDir } from '../../lib/cli/context.ts';
import { awaitUnlocked } from '../../lib/cli/lock-action.ts';
import { formatLock } from '../../lib/cli/views/format-lock.ts';

interface LockWaitResult {
  readonly cluster: string;
  readonly waitedMs: number;
}

export default class LockWait extends BaseCommand {
  static override summary = 'Wait until no command is changing the cluster.';
  static override description =
    'Ends with 0 when the lock is free, and with 6 when it is not in time. It does not take the lock: another command may be faster.';
  static override examples = ['<%= config.bin %> lock wait', '<%= config.bin %> lock wait --for 2m --json'];
  static override flags = {
    for: Flags.string({ summary: 'How long to wait at most.', helpValue: 'TIME', default: '10m' }),
  };

  async run(): Promise<LockWaitResult> {
    const { flags } = await this.parse(LockWait);
    const place = await chooseClusterDir(flags);
    const waitedMs = await awaitUnlocked(place, {
      waitMs: parseDurationMs(flags.for),
      signal: this.signal,
      say: (state) => {
        for (const line of formatLock(state, Date.now())) this.progress(line);
      },
    });
    this.log(`  nobody is changing cluster ${place.name} · waited ${(waitedMs / 1000).toFixed(1)} s`);
    return { cluster: place.name, waitedMs };
  }
}
