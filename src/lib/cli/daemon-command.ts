/** What the hidden commands `daemon NAME` share. The launcher runs daemons without them; they are for --help. */
import { BaseCommand, Flags } from './base-command.ts';
import { type DaemonName, runDaemon } from './run-daemon.ts';

export abstract class DaemonCommand extends BaseCommand {
  static override hidden = true;
  static override description = 'Runs in the foreground until it is told to stop; up makes a unit of it.';
  static override flags = {
    config: Flags.string({ summary: 'The node.json of its node.', helpValue: 'PATH', required: true }),
    stream: Flags.string({ summary: 'Name of the stream (pipeline only).', helpValue: 'NAME' }),
  };

  protected abstract readonly daemon: DaemonName;

  async run(): Promise<void> {
    const { flags } = await this.parse(this.ctor as typeof DaemonCommand);
    const stream = flags.stream === undefined ? [] : ['--stream', flags.stream];
    this.exitWith(await runDaemon(this.daemon, ['--config', flags.config, ...stream]));
  }
}
