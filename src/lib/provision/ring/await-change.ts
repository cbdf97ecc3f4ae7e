/** Waiting for the moves of one change, and telling of each stream what became of it. */
import { awaitMoves, type MoveProgress } from '../../membership/await-moves.ts';
import { loadPlannedMoves } from '../../store/moves.ts';
import { loadPlacements, loadPlacementsOf } from '../../store/placements.ts';
import type { PlannedMove } from '../../store/ring-records.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { StepReport } from '../context.ts';

/** `stayed`: the move failed or was no longer needed, and the stream is where it was. */
export interface MoveResult {
  readonly stream: string;
  readonly from: string;
  readonly to: string;
  readonly result: 'moved' | 'stayed' | 'waiting';
  /** From the change to the end of the move, as far as it was watched; null while it waits. */
  readonly afterMs: number | null;
}

export interface AwaitChangeOptions {
  readonly signal: AbortSignal;
  readonly report: StepReport;
}

/** A move that is planned or under way. */
export type OpenMove = Pick<PlannedMove, 'stream' | 'from' | 'to'>;

const MOST_NAMED = 3;

/** The moves that are planned or under way, of those that are wanted. */
export async function loadOpenMoves(
  store: StoreReader,
  wanted: (move: OpenMove) => boolean,
): Promise<readonly OpenMove[]> {
  const [planned, placements] = await Promise.all([loadPlannedMoves(store), loadPlacements(store)]);
  const running = [...placements.values()].flatMap(({ stream, move }) =>
    move === null ? [] : [{ stream, from: move.from, to: move.to }],
  );
  return [...running, ...planned].filter(wanted);
}

/** Waits until every move has ended. Throws PARTLY_DONE when nothing happens for a minute, INTERRUPTED when aborted. */
export async function awaitChange(
  store: StoreReader,
  moves: readonly OpenMove[],
  { signal, report }: AwaitChangeOptions,
): Promise<MoveResult[]> {
  const streams = [...new Set(moves.map(({ stream }) => stream))];
  const startedMs = performance.now();
  const endedMs = new Map<string, number>();
  const onProgress = (progress: MoveProgress): void => {
    const left = new Set(progress.left);
    for (const stream of streams) {
      if (left.has(stream) || endedMs.has(stream)) continue;
      endedMs.set(stream, performance.now() - startedMs);
    }
    report.doing(wordProgress(progress));
  };
  await awaitMoves(store, { streams }, { signal, onProgress });
  const placements = await loadPlacementsOf(store, streams);
  const results = moves.map(({ stream, from, to }): MoveResult => {
    const moved = placements.get(stream)?.replicas.includes(to) === true;
    const afterMs = Math.round(endedMs.get(stream) ?? 0);
    return { stream, from, to, result: moved ? 'moved' : 'stayed', afterMs };
  });
  for (const result of results) report.happened(wordResult(result));
  return results;
}

/** The same moves for somebody who does not wait. */
export function leaveMoves(moves: readonly OpenMove[]): MoveResult[] {
  return moves.map(({ stream, from, to }) => ({ stream, from, to, result: 'waiting', afterMs: null }));
}

/** `4 of 7 streams · moving: demo, chess · choir waits`. */
function wordProgress({ total, left, moving, lacks }: MoveProgress): string {
  const named = moving.slice(0, MOST_NAMED).join(', ');
  const more = moving.length > MOST_NAMED ? ` and ${moving.length - MOST_NAMED} more` : '';
  return [
    `${total - left.length} of ${total} streams`,
    ...(moving.length === 0 ? [] : [`moving: ${named}${more}`]),
    ...lacks.slice(0, 1),
  ].join(' · ');
}

function wordResult({ stream, from, to, result, afterMs }: MoveResult): string {
  const seconds = ((afterMs ?? 0) / 1000).toFixed(1);
  if (result === 'moved') return `${stream}  ${from} → ${to}  after ${seconds} s`;
  return `${stream}  stayed on ${from}: the move to ${to} did not come about`;
}
