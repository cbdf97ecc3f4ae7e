import { StreamctlError } from '../lib/base/errors.ts';
import { findNearest } from '../lib/base/nearest.ts';
import { Args, BaseCommand, Flags } from '../lib/cli/base-command.ts';
import type { ClusterView } from '../lib/nodes/cluster-view.ts';
import {
  followLogs,
  type LogLine,
  type LogSource,
  listLogSources,
  readMergedLines,
} from '../lib/nodes/follow-logs.ts';

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
    const view = await this.loadCluster();
    const find = async (): Promise<LogSource[]> => await findSources(view, args.subject);
    const lines = await readMergedLines(await find(), flags.lines);
    for (const line of lines) this.log(formatLine(line));
    if (!flags.follow) return { lines };
    this.interruptedStatus = 0;
    for await (const line of followLogs(find, this.signal)) this.log(formatLine(line));
    return { lines: [] };
  }
}

async function findSources(view: ClusterView, subject: string | undefined): Promise<LogSource[]> {
  const nodes = view.peers.map(({ name }) => name);
  const all = await listLogSources(view.dir, nodes);
  if (subject === undefined) return all;
  if (nodes.includes(subject)) return all.filter(({ node }) => node === subject);
  const own = all.filter(({ unit }) => unit === subject || unit.endsWith(`-${subject}`));
  if (own.length > 0 || subject in view.streams) return own;
  const known = [...nodes, ...Object.keys(view.streams), ...new Set(all.map(({ unit }) => unit))];
  const nearest = findNearest(subject, known);
  throw new StreamctlError('NOT_FOUND', `no node, stream or unit "${subject}"`, {
    hint: nearest === null ? `Known are ${known.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}

function formatLine({ node, unit, time, text }: LogLine): string {
  return `${time.slice(11, 23)}  ${node.padEnd(8)} ${unit.padEnd(14)} ${text}`;
}
