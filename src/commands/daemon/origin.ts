import { DaemonCommand } from '../../lib/cli/daemon-command.ts';

export default class DaemonOrigin extends DaemonCommand {
  static override summary = 'Run the origin of an origin or edge node.';
  static override examples = ['<%= config.bin %> daemon origin --config nodes/us-1/node.json'];
  protected readonly daemon = 'origin';
}
