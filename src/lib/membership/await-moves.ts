/** Waiting until the controller has made the moves that a change asked for. Reads alone; stopping to wait stops nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { loadLease } from '../store/controller-lease.ts';
import { loadPlannedMoves } from '../store/moves.ts';
import { loadPlaced, loadPlacements, loadPlacementsOf, loadRefusals } from '../store/placements.ts';
import type { StoreReader } from '../store/store-reader.ts';

/** What is waited for: the moves of some streams, or that a node has no stream left. */
export type AwaitedMoves = { readonly streams: readonly string[] } | { readonly node: string };

export interface MoveProgress {
  /** Streams waited for when it began, and any that came since. */
  readonly total: number;
  /** Those that have not arrived. */
  readonly left: readonly string[];
  /** Those of them that are under way. */
  readonly moving: readonly string[];
  /** Why some cannot move. */
  readonly lacks: readonly string[];
}

export interface AwaitOptions {
  readonly signal: AbortSignal;
  /** Called whenever something changed, the first time at once. */
  readonly onProgress?: (progress: MoveProgress) => void;
  /** Longest time without any progress. Default 60 s: a move that fails takes 20. */
  readonly stallMs?: number;
}

const POLL_MS = 200;
const STALL_MS = 60_000;

/**
 * Resolves when all have arrived. Throws PARTLY_DONE when nothing happens for `stallMs`, saying what is left and why,
 * INTERRUPTED when the signal says so, NOT_RUNNING when the store goes away; the controller goes on in any case.
 */
export async function awaitMoves(
  reader: StoreReader,
  awaited: AwaitedMoves,
  options: AwaitOptions,
): Promise<MoveProgress> {
  const { signal, onProgress, stallMs = STALL_MS } = options;
  const seen = new Set<string>();
  let before = '';
  let changedMs = performance.now();
  for (;;) {
    const progress = await look(reader, awaited, seen).catch(refuseLostStore);
    const now = JSON.stringify(progress);
    if (now !== before) {
      changedMs = performance.now();
      onProgress?.(progress);
    }
    before = now;
    if (progress.left.length === 0) return progress;
    if (performance.now() - changedMs > stallMs) throw await stalled(reader, progress, stallMs);
    await pause(signal, progress);
  }
}

function refuseLostStore(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new StreamctlError('NOT_RUNNING', `wait for streams to move: the store does not answer: ${reason}`, {
    hint: 'Everything plays on where it is; the controller goes on when the store is back.',
    cause,
  });
}

async function look(reader: StoreReader, awaited: AwaitedMoves, seen: Set<string>): Promise<MoveProgress> {
  const left = 'node' in awaited ? await leftOn(reader, awaited.node) : await leftOf(reader, awaited.streams);
  for (const stream of left.keys()) seen.add(stream);
  const total = 'node' in awaited ? seen.size : awaited.streams.length;
  const moving = [...left].filter(([, underWay]) => underWay).map(([stream]) => stream);
  const lacks = left.size === 0 ? [] : await loadRefusals(reader);
  const own = lacks.filter(({ stream }) => left.has(stream)).map(({ lack }) => lack);
  return { total, left: [...left.keys()].sort(), moving: moving.sort(), lacks: own };
}

/** Streams that a node still has, and whether each is moving away. */
async function leftOn(reader: StoreReader, node: string): Promise<Map<string, boolean>> {
  const streams = [...(await loadPlaced(reader, node)).keys()];
  const placements = await loadPlacementsOf(reader, streams);
  return new Map(streams.map((stream) => [stream, placements.get(stream)?.move?.from === node]));
}

/** Streams with a move that is planned or under way, and whether it is. */
async function leftOf(reader: StoreReader, streams: readonly string[]): Promise<Map<string, boolean>> {
  const [planned, placements] = await Promise.all([
    loadPlannedMoves(reader),
    streams.length > 1000 ? loadPlacements(reader) : loadPlacementsOf(reader, streams),
  ]);
  const waiting = new Set(planned.map(({ stream }) => stream));
  return new Map(
    streams
      .map((stream) => [stream, (placements.get(stream)?.move ?? null) !== null] as const)
      .filter(([stream, moving]) => moving || waiting.has(stream)),
  );
}

async function pause(signal: AbortSignal, { left }: MoveProgress): Promise<void> {
  try {
    await sleep(POLL_MS, undefined, { signal });
  } catch (cause) {
    throw new StreamctlError('INTERRUPTED', `wait for ${left.length} streams to move: interrupted`, {
      hint: 'The controller goes on moving them.',
      cause,
    });
  }
}

async function stalled(
  reader: StoreReader,
  { left, lacks }: MoveProgress,
  stallMs: number,
): Promise<StreamctlError> {
  const lease = await loadLease(reader);
  const some =
    left.length > 5 ? `${left.slice(0, 5).join(', ')} and ${left.length - 5} more` : left.join(', ');
  const why =
    lease === null ? 'no agent holds the lease of the controller' : (lacks[0] ?? 'none of them moves');
  const hint =
    lacks.length > 0
      ? 'Add what is lacking; the controller then goes on by itself.'
      : 'The controller goes on trying: `streamctl status` says what is not healthy.';
  return new StreamctlError(
    'PARTLY_DONE',
    `wait for streams to move: ${some} did not within ${Math.round(stallMs / 1000)} s: ${why}`,
    { hint, details: { left, lacks, controller: lease?.node ?? null } },
  );
}
