/** Waiting for the moves of one change, and telling of each stream what became of it. */
import { StreamctlError } from '../../base/errors.ts';
import { awaitMoves, type MoveProgress } from '../../membership/await-moves.ts';
import { loadEvents } from '../../store/load-events.ts';
import { loadPlannedMoves } from '../../store/moves.ts';
import { loadPlacements, loadPlacementsOf } from '../../store/placements.ts';
import type { PlannedMove } from '../../store/ring-records.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { StepReport } from '../context.ts';
import { MoveWatch, wordProgress } from './move-watch.ts';

/** So many of the newest are looked through for why a move was given up. */
const EVENTS = 200;

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
  /** Waits until this node has nothing left, whatever moves; the controller may choose other ways than were planned. */
  readonly drained?: string | undefined;
}

/** A move that is planned or under way. */
export type OpenMove = Pick<PlannedMove, 'stream' | 'from' | 'to'>;

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

/**
 * Waits until every move has ended. Throws PARTLY_DONE when nothing happens for a minute or when each was tried in vain
 * more than once, INTERRUPTED when aborted; the controller goes on in any case.
 */
export async function awaitChange(
  store: StoreReader,
  moves: readonly OpenMove[],
  { signal, report, drained }: AwaitChangeOptions,
): Promise<MoveResult[]> {
  const streams = [...new Set(moves.map(({ stream }) => stream))];
  const watch = new MoveWatch(streams);
  const startedMs = performance.now();
  const giveUp = new AbortController();
  const onProgress = (progress: MoveProgress): void => {
    for (const stream of watch.take(progress, performance.now() - startedMs)) {
      report.happened(`${stream}  could not move yet and plays on where it is; the controller tries again`);
    }
    report.doing(wordProgress(progress));
    if (watch.isHopeless) giveUp.abort();
  };
  try {
    const awaited = drained === undefined ? { streams } : { node: drained };
    await awaitMoves(store, awaited, { signal: AbortSignal.any([signal, giveUp.signal]), onProgress });
  } catch (error) {
    if (!giveUp.signal.aborted || signal.aborted) throw error;
    const left = streams.filter((stream) => watch.endedMs(stream) === null);
    throw hopeless(left, await whyGivenUp(store, left));
  }
  const placements = await loadPlacementsOf(store, streams);
  const results = moves.map((move): MoveResult => {
    const replicas = placements.get(move.stream)?.replicas ?? [];
    const to = arrivedAt(move, replicas, drained !== undefined);
    const afterMs = Math.round(watch.endedMs(move.stream) ?? 0);
    return { ...pick(move), to: to ?? move.to, result: to === null ? 'stayed' : 'moved', afterMs };
  });
  for (const result of results) report.happened(wordResult(result));
  return results;
}

function pick({ stream, from, to }: OpenMove): OpenMove {
  return { stream, from, to };
}

/** The node that a replica is on now; null when it has not left. */
function arrivedAt({ from, to }: OpenMove, replicas: readonly string[], mayDiffer: boolean): string | null {
  if (replicas.includes(to)) return to;
  return mayDiffer && !replicas.includes(from) ? (replicas.at(-1) ?? to) : null;
}

/** What the controller said when it last gave up a move of these, as the audit trail has it. */
async function whyGivenUp(store: StoreReader, streams: readonly string[]): Promise<string> {
  const events = await loadEvents(store, EVENTS).catch(() => []);
  const last = events.findLast(({ what, stream }) => what === 'move-aborted' && streams.includes(stream));
  return last?.subject ?? 'each try was given up';
}

function hopeless(left: readonly string[], why: string): StreamctlError {
  const some =
    left.length > 3 ? `${left.slice(0, 3).join(', ')} and ${left.length - 3} more` : left.join(', ');
  return new StreamctlError('PARTLY_DONE', `${some} did not move: ${why}`, {
    hint: 'Nothing is lost: the controller tries again by itself, and the agents say why in streamctl logs agent.',
    details: { left },
  });
}

/** The same moves for somebody who does not wait. */
export function leaveMoves(moves: readonly OpenMove[]): MoveResult[] {
  return moves.map(({ stream, from, to }) => ({ stream, from, to, result: 'waiting', afterMs: null }));
}

function wordResult({ stream, from, to, result, afterMs }: MoveResult): string {
  const seconds = ((afterMs ?? 0) / 1000).toFixed(1);
  if (result === 'moved') return `${stream}  ${from} → ${to}  after ${seconds} s`;
  return `${stream}  stayed on ${from}: the move to ${to} did not come about`;
}
