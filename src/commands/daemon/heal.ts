import { DaemonCommand } from '../../lib/cli/daemon-command.ts';

export default class DaemonHeal extends DaemonCommand {
  static override summary = 'Undo all that drills have armed on this machine.';
  static override examples = ['<%= config.bin %> daemon heal --config /var/lib/streamctl/demo'];
  protected readonly daemon = 'heal';
}
