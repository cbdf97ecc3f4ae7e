import { DaemonCommand } from '../../lib/cli/daemon-command.ts';

export default class DaemonPipeline extends DaemonCommand {
  static override summary = "Run one stream's pipeline on an origin node.";
  static override examples = [
    '<%= config.bin %> daemon pipeline --config nodes/us-1/node.json --stream demo',
  ];
  protected readonly daemon = 'pipeline';
}
