/** Waiting until viewers, cluster and witnesses are all well, for as long as it takes to believe it. */
import type { DrillClock } from './drill-clock.ts';
import { SteadyJudge, type SteadyVerdict, type SteadyWanted } from './judge/steady-state.ts';
import { poll } from './poll.ts';
import type { Witness } from './viewers/witness.ts';
import type { Watcher } from './watch/watcher.ts';

export interface SteadyWait {
  readonly clock: DrillClock;
  readonly watcher: Watcher;
  readonly witnesses: readonly Witness[];
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

const POLL_MS = 100;

/** Resolves when all is steady for the window, or with what is not when the time is over. */
export async function awaitSteady(wanted: SteadyWanted, wait: SteadyWait): Promise<SteadyVerdict> {
  const { clock, watcher, witnesses, limitMs, signal } = wait;
  const judge = new SteadyJudge(wanted);
  const look = async (): Promise<SteadyVerdict> => {
    const samples = watcher.log.since(clock.nowMs() - wanted.calmMs);
    const judged = judge.take(samples, watcher.sights.at(-1) ?? null);
    if (judged.faults.length > 0) return judged;
    const words = await Promise.all(witnesses.map((witness) => witness.unsteady()));
    return { ...judged, faults: words.filter((word) => word !== null) };
  };
  const well = async (): Promise<SteadyVerdict | null> => {
    const judged = await look();
    return judged.faults.length === 0 ? judged : null;
  };
  return (await poll(well, { clock, limitMs, everyMs: POLL_MS, signal })) ?? (await look());
}
