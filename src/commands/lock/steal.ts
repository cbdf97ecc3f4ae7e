import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { confirm } from '../../lib/cli/confirm.ts';
import { chooseClusterDir } from '../../lib/cli/context.ts';
import { type LockTheft, loadLockState, stealLock } from '../../lib/cli/lock-action.ts';
import { formatAway, formatLock, wordNobody } from '../../lib/cli/views/format-lock.ts';

export default class LockSteal extends BaseCommand {
  static override summary = 'Take the lock away from a command that hangs.';
  static override description =
    'The holder notices within seconds and stops before its next step; this command ends when the lock is free. A holder that is dead need not be robbed: its lock is free by itself, on this machine at once, elsewhere after 30 s. What the other had not finished, the next streamctl up finishes.';
  static override examples = [
    '<%= config.bin %> lock steal --reason "runner 7 is gone"',
    '<%= config.bin %> lock steal --yes --json',
  ];
  static override flags = {
    reason: Flags.string({ summary: 'Why, for the history.', helpValue: 'TEXT', default: '' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask.' }),
  };

  async run(): Promise<LockTheft> {
    const { flags } = await this.parse(LockSteal);
    const place = await chooseClusterDir(flags);
    const state = await loadLockState(place);
    if (state.held) {
      for (const line of formatLock(state, Date.now())) this.progress(line);
      await confirm('Take the lock away?', { yes: flags.yes, silent: this.jsonEnabled() });
    }
    const theft = await stealLock(place, flags.reason);
    this.log(
      theft.stolen
        ? `  ✔ the lock of cluster ${place.name} is free; see streamctl history`
        : `  ${wordNobody(theft.store)} had the lock of cluster ${place.name}`,
    );
    for (const line of formatAway(theft.store)) this.log(line);
    return theft;
  }
}
