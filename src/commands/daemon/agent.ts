import { DaemonCommand } from '../../lib/cli/daemon-command.ts';

export default class DaemonAgent extends DaemonCommand {
  static override summary = 'Run the agent of a node.';
  static override examples = ['<%= config.bin %> daemon agent --config nodes/us-1/node.json'];
  protected readonly daemon = 'agent';
}
