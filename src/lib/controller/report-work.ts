import type { ControllerReport, MoveReport } from '../health/report.ts';
import type { RoundState } from './run-round.ts';

/** So many of each are told; a node that is emptied may have thousands. */
const MAX_TOLD = 100;

/** What the controller is at, for the agent's status. */
export function reportWork(
  { memory, picture, verdicts }: RoundState,
  last: { readonly atMs: number; readonly tookMs: number },
): NonNullable<ControllerReport['work']> {
  const running: MoveReport[] = [...memory.notes].flatMap(([stream, note]) => {
    const move = picture.placements.get(stream)?.move;
    if (move == null) return [];
    const { from, to, why, startedMs: sinceMs } = move;
    return [{ stream, from, to, why, state: 'moving', note, sinceMs }];
  });
  const waiting: MoveReport[] = memory.waiting.map((move) => ({ ...move, sinceMs: null }));
  return {
    roundMs: last.atMs,
    roundTookMs: Math.round(last.tookMs * 10) / 10,
    moves: [...running, ...waiting].slice(0, MAX_TOLD).map(pickMove),
    planned: Math.max(memory.waitingTotal, waiting.length),
    refusals: picture.refusals.slice(0, MAX_TOLD),
    refused: picture.refusals.length,
    verdicts: [...verdicts.values()].filter(({ state }) => state !== 'up').slice(0, MAX_TOLD),
  };
}

function pickMove({ stream, from, to, why, state, note, sinceMs }: MoveReport): MoveReport {
  return { stream, from, to, why, state, note, sinceMs };
}
