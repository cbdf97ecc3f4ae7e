import { StreamctlError } from '../lib/base/errors.ts';
import { Args, BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { createLogReader } from '../lib/cli/read-logs.ts';
import type { LogLine } from '../lib/nodes/follow-logs.ts';

interface LogsResult {
  readonly lines: readonly LogLine[];
}

export default class Logs extends BaseCommand {
  static override summary = 'Show what the units of a cluster printed, merged by time.';
  static override description =
    'Of the whole cluster, of one node, of one stream, or of one unit. Works while the cluster is down.';
  static override examples = [
    '<%= config.bin %> logs',
    '<%= config.bin %> logs us-1 --follow',
    '<%= config.bin %> logs demo --lines 200',
    '<%= config.bin %> logs nginx-edge',
  ];
  static override args = {
    subject: Args.string({ name: 'NODE|STREAM|UNIT', description: 'Whose lines; all when left out.' }),
  };
  static override flags = {
    follow: Flags.boolean({ char: 'f', summary: 'Go on with new lines until Ctrl-C.' }),
    lines: Flags.integer({ char: 'n', summary: 'How many lines.', default: 100, min: 0, max: 10_000 }),
  };

  async run(): Promise<LogsResult> {
    const { args, flags } = await this.parse(Logs);
    if (flags.follow && this.jsonEnabled()) {
      throw new StreamctlError('USAGE', '--follow never ends, so it cannot be one JSON document', {
        hint: 'Leave --follow or --json out.',
      });
    }
    const reader = createLogReader(await this.loadCluster(), args.subject);
    const lines = await reader.read(flags.lines, (line) => this.progress(line));
    for (const line of lines) this.log(formatLine(line));
    if (!flags.follow) return { lines };
    this.interruptedStatus = 0;
    for await (const line of reader.follow(this.signal)) this.log(formatLine(line));
    return { lines: [] };
  }
}

function formatLine({ node, unit, time, text }: LogLine): string {
  return `${time.slice(11, 23)}  ${node.padEnd(8)} ${unit.padEnd(14)} ${text}`;
}
