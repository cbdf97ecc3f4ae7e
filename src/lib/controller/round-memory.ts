/** What a controller remembers from round to round; forgotten when it takes over. */
import type { RunningMove } from '../store/ring-records.ts';
import type { WaitingMove } from './choose-moves.ts';
import type { Patience } from './judge-move.ts';
import { RetryPauses } from './retry-pauses.ts';
import type { RoundFacts } from './round-facts.ts';

export class RoundMemory {
  readonly pauses = new RetryPauses();
  /** When a stream was first seen published and not placed. */
  readonly unplacedSinceMs = new Map<string, number>();
  /** When a placed stream was first seen without a publisher. */
  readonly silentSinceMs = new Map<string, number>();
  /** When replicas were last looked for, and in what state of the cluster. */
  readonly tried = new Map<string, { atMs: number; fingerprint: string }>();
  readonly #patience = new Map<string, { readonly startedMs: number; readonly patience: Patience }>();
  /** What each move under way waits for, by stream. */
  readonly notes = new Map<string, string>();
  /** Moves that have not begun. */
  waiting: readonly WaitingMove[] = [];
  /** The same with those that were not looked at. */
  waitingTotal = 0;

  /** Takes note of what began and ended since the last round. */
  note(facts: RoundFacts): void {
    const { nowMs, placements, sessions } = facts;
    sync(
      this.unplacedSinceMs,
      nowMs,
      keysWhere(sessions.keys(), (stream) => !placements.has(stream)),
    );
    sync(
      this.silentSinceMs,
      nowMs,
      keysWhere(placements.keys(), (stream) => !sessions.has(stream)),
    );
    for (const stream of this.tried.keys()) {
      if (!placements.has(stream) && !sessions.has(stream)) this.tried.delete(stream);
    }
    for (const stream of this.pauses.streams()) if (!placements.has(stream)) this.pauses.forget(stream);
    for (const stream of this.#patience.keys()) {
      if (placements.get(stream)?.move == null) this.#patience.delete(stream);
    }
    for (const stream of this.notes.keys()) {
      if (placements.get(stream)?.move == null) this.notes.delete(stream);
    }
  }

  /** How long this move has been tried. */
  patienceOf(stream: string, { startedMs }: RunningMove, nowMs: number): Patience {
    const kept = this.#patience.get(stream);
    return kept?.startedMs === startedMs ? kept.patience : { sinceMs: nowMs, idleSinceMs: null };
  }

  /** Keeps the patience for the next round. */
  keepPatience(stream: string, { startedMs }: RunningMove, patience: Patience): void {
    this.#patience.set(stream, { startedMs, patience });
  }
}

function keysWhere(keys: Iterable<string>, holds: (key: string) => boolean): Set<string> {
  const found = new Set<string>();
  for (const key of keys) if (holds(key)) found.add(key);
  return found;
}

/** Adds what is new with the time, and forgets what is no longer so. */
function sync(since: Map<string, number>, nowMs: number, now: ReadonlySet<string>): void {
  for (const key of since.keys()) if (!now.has(key)) since.delete(key);
  for (const key of now) if (!since.has(key)) since.set(key, nowMs);
}
