import { DaemonCommand } from '../../lib/cli/daemon-command.ts';

export default class DaemonStage extends DaemonCommand {
  static override summary = 'Break and mend this machine for a drill, until the input ends.';
  static override examples = [
    '<%= config.bin %> daemon stage --config /var/lib/streamctl/demo/drills/ID/undo.json',
  ];
  protected readonly daemon = 'stage';
}
