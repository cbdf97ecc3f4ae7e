import { DaemonCommand } from '../../lib/cli/daemon-command.ts';

export default class DaemonUndo extends DaemonCommand {
  static override summary = 'Keep the undo of a drill, for when the drill itself is gone.';
  static override examples = ['<%= config.bin %> daemon undo --config drills/ID/undo.json'];
  protected readonly daemon = 'undo';
}
