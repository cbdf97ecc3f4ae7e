/** What became different between two looks at a cluster: one line an event, for watching without a terminal. Pure. */
import type { ClusterStatus } from '../../health/cluster-status.ts';
import type { MoveReport } from '../../health/report.ts';
import { plainText } from './fit-text.ts';
import { formatTime } from './format-figures.ts';
import { formatProblemLine } from './format-problems.ts';

/** Formats the changes since `before` (null: everything is new), each line with the time; none when nothing changed. */
export function formatChanges(before: ClusterStatus | null, now: ClusterStatus, nowMs: number): string[] {
  const events = [
    ...verdictChange(before, now),
    ...changesOf(before?.regions, now.regions, (one) => `region ${one.name} is ${one.health}`),
    ...changesOf(before?.nodes, now.nodes, (one) => `node ${one.name} is ${one.health}`),
    ...changesOf(before?.streams, now.streams, (one) => `stream ${one.name} is ${one.state}`),
    ...changesOf(before?.moves, now.moves, wordMove),
    ...movesEnded(before, now),
    ...newProblems(before, now),
  ];
  return events.map((event) => `${formatTime(nowMs)} ${plainText(event)}`);
}

function verdictChange(before: ClusterStatus | null, now: ClusterStatus): string[] {
  const same = before !== null && before.healthy === now.healthy && before.running === now.running;
  return same ? [] : [`cluster ${now.cluster} · ${now.summary}`];
}

function changesOf<T>(
  before: readonly T[] | undefined,
  now: readonly T[],
  word: (one: T) => string,
): string[] {
  const known = new Set((before ?? []).map(word));
  return now.map(word).filter((line) => !known.has(line));
}

function wordMove({ stream, from, to, state }: MoveReport): string {
  return `move of ${stream} from ${from} to ${to ?? 'where there is room'} is ${state}`;
}

/** What was under way and is not any more; where the stream is now says how it ended. */
function movesEnded(before: ClusterStatus | null, now: ClusterStatus): string[] {
  const underWay = (before?.moves ?? []).filter(({ state }) => state === 'moving');
  const over = underWay.filter(({ stream }) => !now.moves.some((one) => one.stream === stream));
  return over.map(({ stream }) => {
    const nodes = now.streams.find(({ name }) => name === stream)?.replicas.map(({ node }) => node) ?? [];
    return `move of ${stream} has ended: it is on ${nodes.join(', ') || 'no node'}`;
  });
}

function newProblems(before: ClusterStatus | null, now: ClusterStatus): string[] {
  const known = new Set(before?.problems.map((problem) => `${problem.subject} ${shape(problem.text)}`));
  return now.problems
    .filter((problem) => !known.has(`${problem.subject} ${shape(problem.text)}`))
    .map(formatProblemLine);
}

/** The text without its figures, so that "6.2 s behind" and "6.3 s behind" are one problem; digits of names stay. */
function shape(text: string): string {
  return text.replaceAll(/(?<![\w-])\d+(\.\d+)?(?![\w-])/g, '#');
}
