/** The lines of a cluster's units, wherever its nodes are. */
import { StreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import {
  followLogs,
  type LogLine,
  type LogSource,
  listLogSources,
  readMergedLines,
} from '../nodes/follow-logs.ts';
import { followMachineLogs, type MachineLogs, readMachineLines } from '../nodes/machine-logs.ts';

export interface LogReader {
  /** The last lines, oldest first; `say` is told which machines could not be asked. */
  read(count: number, say: (line: string) => void): Promise<readonly LogLine[]>;
  follow(signal: AbortSignal): AsyncGenerator<LogLine>;
}

/** Creates the reader of a node's, a stream's or a unit's lines; of all when `subject` is undefined. */
export function createLogReader(view: ClusterView, subject: string | undefined): LogReader {
  if (view.ssh !== null) return createMachineReader({ ...view, ssh: view.ssh }, subject);
  const find = async (): Promise<LogSource[]> => await findSources(view, subject);
  return {
    read: async (count) => await readMergedLines(await find(), count),
    follow: (signal) => followLogs(find, signal),
  };
}

function createMachineReader(
  view: ClusterView & { readonly ssh: MachineLogs['ssh'] },
  subject: string | undefined,
): LogReader {
  const own = view.peers.filter(({ name }) => name === subject);
  const logs: MachineLogs = {
    cluster: view.name,
    ssh: view.ssh,
    peers: own.length > 0 ? own : view.peers,
    units: subject === undefined || own.length > 0 ? [] : [subject, `pipeline-${subject}`],
  };
  return {
    async read(count, say) {
      const { lines, unread } = await readMachineLines(logs, count);
      for (const why of unread) say(`  ! not read: ${why}`);
      const known = subject === undefined || own.length > 0 || subject in view.streams;
      if (lines.length === 0 && unread.length === 0 && !known) throw unknown(view, subject, []);
      return lines;
    },
    follow: (signal) => followMachineLogs(logs, signal),
  };
}

async function findSources(view: ClusterView, subject: string | undefined): Promise<LogSource[]> {
  const nodes = view.peers.map(({ name }) => name);
  const all = await listLogSources(view.dir, nodes);
  if (subject === undefined) return all;
  if (nodes.includes(subject)) return all.filter(({ node }) => node === subject);
  const own = all.filter(({ unit }) => unit === subject || unit.endsWith(`-${subject}`));
  if (own.length > 0 || subject in view.streams) return own;
  throw unknown(view, subject, all);
}

function unknown(view: ClusterView, subject: string, sources: readonly LogSource[]): StreamctlError {
  const nodes = view.peers.map(({ name }) => name);
  const known = [...nodes, ...Object.keys(view.streams), ...new Set(sources.map(({ unit }) => unit))];
  const nearest = findNearest(subject, known);
  return new StreamctlError('NOT_FOUND', `no node, stream or unit "${subject}"`, {
    hint: nearest === null ? `Known are ${known.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}
