/** Carries out what was decided of moves, step by step in the store, and tells the audit trail. */
import { abortMove, beginMove, dropPlannedMove, finishMove, type MoveOutcome } from '../store/moves.ts';
import type { PlannedMove, RunningMove } from '../store/ring-records.ts';
import type { Acting } from './acting.ts';
import type { MoveOrder } from './choose-moves.ts';
import { judgeMove, type MoveStep, nextPatience } from './judge-move.ts';

/** Finishes, waits for, or gives up each move under way. */
export async function tendMoves(acting: Acting): Promise<void> {
  const { facts, memory } = acting;
  for (const placement of facts.placements.values()) {
    const { stream, move } = placement;
    if (move === null) continue;
    const patience = memory.patienceOf(stream, move, facts.nowMs);
    const step = judgeMove(facts, placement, patience);
    memory.keepPatience(stream, move, nextPatience(patience, step, facts.nowMs));
    memory.notes.set(stream, step.note);
    if (step.step === 'finish') await finish(acting, stream, move);
    if (step.step === 'abort') await abort(acting, { stream, move, step });
  }
}

/** Begins the moves that were chosen, and forgets planned ones that lead nowhere. */
export async function startMoves(
  acting: Acting,
  { begin, drop }: { readonly begin: readonly MoveOrder[]; readonly drop: readonly PlannedMove[] },
): Promise<void> {
  for (const { stream, from } of drop) {
    await acting.act(`move ${stream}`, (token) => dropPlannedMove(acting.store, { token, stream, from }));
  }
  for (const order of begin) await start(acting, order);
}

async function start(acting: Acting, order: MoveOrder): Promise<void> {
  const { store, facts, memory, log } = acting;
  const { stream, from, to, why } = order;
  const outcome = await acting.act(`move ${stream}`, (token) =>
    beginMove(store, { ...order, token, epoch: facts.ring.epoch, atMs: facts.nowMs }),
  );
  if (outcome === 'not-possible') {
    memory.pauses.fail(stream, `${to} cannot take it from ${from} now`, facts.nowMs);
  }
  if (outcome !== 'done') return;
  log.info({ stream, from, to, why }, 'a move has begun');
  await acting.tell({ what: 'move-begun', stream, subject: `${from} to ${to} (${why})` });
}

async function finish(acting: Acting, stream: string, move: RunningMove): Promise<void> {
  const { store, facts, memory, log } = acting;
  if (!isDone(await acting.act(`move ${stream}`, (token) => finishMove(store, { token, stream })))) return;
  memory.pauses.forget(stream);
  const sec = formatSec(facts.nowMs - move.startedMs);
  log.info({ stream, from: move.from, to: move.to, sec }, 'a move is finished');
  await acting.tell({ what: 'move-finished', stream, subject: `${move.from} to ${move.to} in ${sec}` });
}

interface GivenUp {
  readonly stream: string;
  readonly move: RunningMove;
  readonly step: MoveStep;
}

/** Gives a move up; on a ring that has changed since, in the next round. */
async function abort(acting: Acting, { stream, move, step }: GivenUp): Promise<void> {
  const { store, facts, memory, log } = acting;
  const again = planAgain(acting, stream, move);
  const outcome = await acting.act(`move ${stream}`, (token) => abortMove(store, { token, stream, again }));
  if (!isDone(outcome)) return;
  if (step.failed) memory.pauses.fail(stream, step.note, facts.nowMs);
  const { from, to, why } = move;
  const sec = formatSec(facts.nowMs - move.startedMs);
  log.warn({ stream, from, to, why, sec, note: step.note }, 'a move was given up');
  await acting.tell({ what: 'move-aborted', stream, subject: `${from} to ${to} after ${sec}: ${step.note}` });
}

/** What was planned is planned again, unless it is chosen for anew in any case. */
function planAgain(acting: Acting, stream: string, move: RunningMove): PlannedMove | null {
  const { ring, members } = acting.facts;
  const { from, to, why } = move;
  const isChosenAnew = why === 'evacuate' || (why === 'home' && crossesRegions(acting, move));
  if (isChosenAnew || members.get(to)?.state !== 'active') return null;
  return { stream, from, to, why, epoch: ring.epoch, order: 0 };
}

/** Brings a replica to another region: to go home that is chosen for anew in any case, like leaving a node that drains. */
function crossesRegions({ facts }: Acting, { from, to }: RunningMove): boolean {
  return facts.members.get(from)?.region !== facts.members.get(to)?.region;
}

function isDone(outcome: MoveOutcome | null): boolean {
  return outcome === 'done';
}

function formatSec(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
