/** Several runs of one drill as one result. Pure. */
import { type QuantileSummary, Quantiles } from '../viewer/quantiles.ts';
import type { DrillRun, Verdict } from './drill-result.ts';

/** What was seen to fail is worse than what could not be seen. */
const WORST_LAST: readonly Verdict[] = ['pass', 'unknown', 'fail', 'aborted', 'recovery-failed'];

/** What `drill … --json` prints at the top, of one run or of many. Durations: of many runs the worst. */
export interface DrillSummary {
  readonly drill: string;
  readonly target: string | null;
  readonly verdict: Verdict;
  readonly viewers: number;
  /** Over all viewers of all runs. */
  readonly deadAirMs: QuantileSummary;
  readonly affectedShare: number;
  readonly liveEdgeSec: DrillRun['seen']['liveEdgeSec'];
  readonly detectMs: number | null;
  readonly switchMs: number | null;
  readonly replaceMs: number | null;
  readonly recoveredMs: number | null;
}

/** Sums runs up; there is at least one. */
export function summarizeRuns(runs: readonly DrillRun[]): DrillSummary {
  const first = runs[0]!;
  const deadAir = new Quantiles(1);
  for (const { seen } of runs) for (const ms of seen.deadAirEachMs) deadAir.add(ms);
  const watched = runs.reduce((sum, { seen }) => sum + seen.deadAirEachMs.length, 0);
  const affected = runs.reduce((sum, { seen }) => sum + seen.affected, 0);
  const worst = (of: (run: DrillRun) => number | null): number | null => {
    const known = runs.map(of).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    drill: first.drill,
    target: first.target,
    verdict: worstVerdict(runs.map(({ verdict }) => verdict)),
    viewers: first.viewers,
    deadAirMs: deadAir.summary(),
    affectedShare: watched === 0 ? 0 : affected / watched,
    liveEdgeSec: {
      before: worst(({ seen }) => seen.liveEdgeSec.before),
      during: worst(({ seen }) => seen.liveEdgeSec.during),
      after: worst(({ seen }) => seen.liveEdgeSec.after),
    },
    detectMs: worst(({ detectMs }) => detectMs),
    switchMs: worst(({ switchMs }) => switchMs),
    replaceMs: worst(({ replaceMs }) => replaceMs),
    recoveredMs: worst(({ recoveredMs }) => recoveredMs),
  };
}

/** The worst of some verdicts; `pass` of none. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return WORST_LAST[Math.max(0, ...verdicts.map((verdict) => WORST_LAST.indexOf(verdict)))]!;
}
