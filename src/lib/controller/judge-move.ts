/** What to do with a move under way: finish it once the new replica is verified, wait, or give it up. Pure. */
import type { PlacementRecord, RunningMove } from '../store/ring-records.ts';
import { findLack, playsLive, type Reported } from './compare-replicas.ts';
import { isLost, type RoundFacts } from './round-facts.ts';

export interface MoveStep {
  readonly step: 'finish' | 'wait' | 'abort';
  /** What is waited for, or why it is given up. */
  readonly note: string;
  /** Whether the time so far counts: not while there is nothing to verify against. */
  readonly isIdle: boolean;
  /** Whether the new node is at fault, so that the next try comes later. */
  readonly failed: boolean;
}

/** How long a move has been tried, as this controller saw it. */
export interface Patience {
  /** Since it could be verified. */
  readonly sinceMs: number;
  /** Since when it cannot be verified; null while it can. */
  readonly idleSinceMs: number | null;
}

/**
 * A new pipeline needs the rest of a segment and a whole one, at most 12 s, and two heartbeats. Longer: a node that
 * cannot do it holds one of the few places.
 */
export const VERIFY_LIMIT_MS = 20_000;
/** A publisher that is away for a moment is waited for; then the place is given to another stream. */
export const IDLE_LIMIT_MS = 10_000;

const NO_PICTURE = 'no picture comes from the publisher';

/** Judges the move of a placement that has one. */
export function judgeMove(facts: RoundFacts, placement: PlacementRecord, patience: Patience): MoveStep {
  const { stream, replicas } = placement;
  const { from, to } = placement.move as RunningMove;
  if (isLost(facts, to)) return abort(`${to} is down`);
  if (isLost(facts, from)) return wait(`${from} is down; ${to} takes its place`);
  if (facts.members.get(to)?.state !== 'active')
    return abort(`${to} is no node that takes streams any more`, false);
  const candidate = reportedSince(facts, to, placement);
  if (candidate?.state === 'failed') return abort(`its pipeline does not stay up on ${to}`);
  const running = [from, ...replicas].map((node) => facts.reported(node, stream)).find(playsLive);
  if (running === undefined) return idle(facts.nowMs, patience);
  const lack = findLack(candidate, running);
  if (lack === null) return { step: 'finish', note: '', isIdle: false, failed: false };
  if (facts.nowMs - patience.sinceMs < VERIFY_LIMIT_MS) return wait(lack);
  return abort(`not verified in ${VERIFY_LIMIT_MS / 1000} s: ${lack}`);
}

/**
 * What the new node says of the stream, if it can be about this move: what it said before, or without knowing of the
 * move, may be a former pipeline on its way out.
 */
function reportedSince(facts: RoundFacts, node: string, { stream, move }: PlacementRecord): Reported {
  if (facts.saidMs(node) <= (move?.startedMs ?? 0)) return null;
  const report = facts.reported(node, stream);
  return report?.as === 'joining' ? report : null;
}

/** The patience after a step. */
export function nextPatience(patience: Patience, { isIdle }: MoveStep, nowMs: number): Patience {
  if (isIdle) return { sinceMs: nowMs, idleSinceMs: patience.idleSinceMs ?? nowMs };
  return { ...patience, idleSinceMs: null };
}

function idle(nowMs: number, { idleSinceMs }: Patience): MoveStep {
  const isOver = nowMs - (idleSinceMs ?? nowMs) >= IDLE_LIMIT_MS;
  return { step: isOver ? 'abort' : 'wait', note: NO_PICTURE, isIdle: true, failed: false };
}

function wait(note: string): MoveStep {
  return { step: 'wait', note, isIdle: false, failed: false };
}

function abort(note: string, failed = true): MoveStep {
  return { step: 'abort', note, isIdle: false, failed };
}
