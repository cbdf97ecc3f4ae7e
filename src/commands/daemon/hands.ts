import { BaseCommand } from '../../lib/cli/base-command.ts';
import { runDaemon } from '../../lib/cli/run-daemon.ts';

export default class DaemonHands extends BaseCommand {
  static override hidden = true;
  static override summary = 'Do what up asks for on this machine.';
  static override description =
    'Reads requests from standard input and answers each on standard output, one JSON document a line, until the input ends. up runs it on remote machines.';
  static override examples = ['<%= config.bin %> daemon hands <requests.jsonl'];

  async run(): Promise<void> {
    this.exitWith(await runDaemon('hands', []));
  }
}
