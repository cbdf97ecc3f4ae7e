/** `streamctl status` as lines: what is wrong first, then regions, nodes, streams. Pure. */

import type { ClusterStatus, StreamStatus } from '../../health/cluster-status.ts';
import type { Left } from '../../health/departures.ts';
import { wordStolenTime } from '../../health/stolen-time.ts';
import { isUnfit } from '../../media/fitness.ts';
import { cutText, plainText } from './fit-text.ts';
import { formatProblemLine, formatProblems } from './format-problems.ts';
import { formatTable, type Table } from './format-table.ts';
import { mergeProblems } from './merge-problems.ts';
import { moveTable } from './move-table.ts';
import type { Paint } from './paint.ts';
import { nodeTable, regionTable, streamTable } from './status-tables.ts';

const MARGIN = '  ';

/** Formats for a terminal of `columns`: no line is wider. */
export function formatStatus(status: ClusterStatus, columns: number, paint: Paint): string[] {
  const width = columns - MARGIN.length;
  const heading = formatHeading(status, width, paint);
  if (!status.running) return indent([heading, '', ...formatProblems(status.problems, width, paint)]);
  const told = formatProblems(mergeProblems(status.problems), width, paint);
  const problems = told.length === 0 ? [] : ['', ...told];
  const tables = listTables(status, paint).flatMap((table) => [
    '',
    ...formatTable(table, width, paint.quiet),
  ]);
  const notes = formatNotes(status).map((line) => paint.quiet(cutText(line, width)));
  return indent([heading, ...problems, ...tables, ...(notes.length > 0 ? ['', ...notes] : [])]);
}

/** Formats for a pipe or a log: one line an item, nothing cut, no symbols. */
export function formatStatusPlain(status: ClusterStatus, paint: Paint): string[] {
  const rows = (table: Table) => formatTable(table, Number.POSITIVE_INFINITY);
  return [
    `cluster ${plainText(status.cluster)} · ${status.summary}`,
    ...status.problems.map(formatProblemLine),
    ...listTables(status, paint).flatMap(rows),
    ...formatNotes(status),
  ];
}

/** What moves before what stands: it is what somebody waits for. */
function listTables(status: ClusterStatus, paint: Paint): Table[] {
  if (!status.running) return [];
  const tables = [moveTable, regionTable, nodeTable, streamTable].map((make) => make(status, paint));
  return tables.filter(({ rows }) => rows.length > 0);
}

/** `cluster demo · healthy · 2 regions …`, its verdict coloured. */
export function formatHeading(status: ClusterStatus, width: number, paint: Paint): string {
  const line = cutText(`cluster ${plainText(status.cluster)} · ${status.summary}`, width);
  const [verdict = ''] = status.summary.split(' · ');
  const colour = status.healthy ? paint.good : paint.bad;
  return line.replace(verdict, () => colour(verdict));
}

/** One line for each thing worth knowing that is no fault. */
function formatNotes({ streams, nodes, storeNode }: ClusterStatus): string[] {
  const ofStreams = streams.flatMap((stream) =>
    [...stream.notes, ...wordPublishers(stream)].map((note) => plainText(`note: ${stream.name}: ${note}`)),
  );
  const ofNodes = nodes.flatMap(({ name, viewers }) => {
    if (viewers === undefined || viewers.count < viewers.most) return [];
    const full = `full, ${viewers.count} viewers of ${viewers.most}; those who begin play from another region`;
    return [plainText(`note: ${name}: ${full}`)];
  });
  const leftNodes = nodes.flatMap(({ name, left = {} }) => {
    const words = Object.entries(left).map(([why, players]) => `${LEFT_WORDS[why as keyof Left]} ${players}`);
    return words.length === 0
      ? []
      : [plainText(`note: ${name}: players left it just now: ${words.join(', ')}`)];
  });
  const stolen = wordStolenTime(nodes);
  const machines = stolen === null ? [] : [plainText(`note: ${stolen}`)];
  const stores = nodes.filter(({ roles }) => roles.includes('store')).length;
  const ofStores =
    stores > 1 && storeNode !== null
      ? [plainText(`note: of ${stores} stores ${storeNode} takes writes`)]
      : [];
  return [...ofStreams, ...ofNodes, ...leftNodes, ...ofStores, ...machines];
}

const LEFT_WORDS = {
  error: 'requests failed',
  late: 'answers came late',
  stale: 'playlists were old',
} as const;

/** Who is read and who is held in reserve, when several publish. */
function wordPublishers({ publishers }: StreamStatus): string[] {
  if (publishers.length < 2) return [];
  const words = publishers.map(({ region, role, fitness }) => {
    const how = isUnfit(fitness) ? `, ${fitness.state}` : '';
    return `${region} (${role}${how})`;
  });
  return [`published to ${words.join(', ')}`];
}

const indent = (lines: readonly string[]) => lines.map((line) => (line === '' ? '' : MARGIN + line));
