import { DaemonCommand } from '../../lib/cli/daemon-command.ts';

export default class DaemonContribution extends DaemonCommand {
  static override summary = 'Run the contribution daemon of an ingest node.';
  static override examples = ['<%= config.bin %> daemon contribution --config nodes/us-1/node.json'];
  protected readonly daemon = 'contribution';
}
