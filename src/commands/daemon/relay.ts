import { DaemonCommand } from '../../lib/cli/daemon-command.ts';

export default class DaemonRelay extends DaemonCommand {
  static override summary = 'Send what a test publisher publishes to the ingests of two regions.';
  static override examples = ['<%= config.bin %> daemon relay --config publishers/data/relay-demo.json'];
  protected readonly daemon = 'relay';
}
