/** From what was seen to findings and a verdict. Pure. */
import type { Bound, Expectations } from '../drill-plan.ts';
import type { ClusterDuties, ClusterFigures, Finding, Verdict, ViewerFigures } from '../drill-result.ts';

export interface RunEvidence {
  readonly expectations: Expectations;
  readonly seen: ViewerFigures;
  /** What others saw who watched. */
  readonly witnessed: readonly Finding[];
  readonly did: ClusterFigures;
  readonly duties: ClusterDuties;
  /** Faults that were injected and not seen to bite, in words. */
  readonly unproven: readonly string[];
  /** Why it was stopped early; null when it was not. `harm`: a stop condition. */
  readonly stopped: { readonly why: 'person' | 'keeper' | 'harm'; readonly text: string } | null;
  /** What could not be undone. */
  readonly unhealed: readonly string[];
  /** Why it was not steady again in time; null when it was, or nobody waited for it. */
  readonly notRecovered: string | null;
  readonly worstLagMs: number;
}

/** A measuring that stood still for longer cannot tell its own pause from a viewer's. */
const TRUSTED_LAG_MS = 400;
/** A time that is over its limit by more than so many of the longest pauses is no pause's doing. */
const EXPLAINED_LAGS = 10;

/** The worst that is true is the verdict. */
export function judgeRun(evidence: RunEvidence): {
  verdict: Verdict;
  reasons: string[];
  findings: Finding[];
} {
  const findings = [...findFindings(evidence), ...evidence.witnessed];
  const { stopped, unhealed, notRecovered, unproven } = evidence;
  const done = (verdict: Verdict, reasons: readonly string[]) => ({
    verdict,
    reasons: [...reasons],
    findings,
  });
  const unmended = [...unhealed, ...(notRecovered === null ? [] : [notRecovered])];
  if (unmended.length > 0) return done('recovery-failed', unmended);
  if (stopped !== null && stopped.why !== 'harm') return done('aborted', [stopped.text]);
  if (unproven.length > 0) return done('unknown', unproven);
  const missed = findings.filter(({ result }) => result === 'miss');
  const misses = missed.map(wordMiss);
  if (stopped !== null) return done('fail', [`stopped early: ${stopped.text}`, ...misses]);
  if (misses.length === 0) return done('pass', []);
  const { worstLagMs } = evidence;
  const isExplained = missed.every((finding) => excessMs(finding) <= EXPLAINED_LAGS * worstLagMs);
  if (worstLagMs > TRUSTED_LAG_MS && isExplained) {
    const lag = `this machine was too busy to tell: the measuring itself stood still for ${Math.round(worstLagMs)} ms`;
    return done('unknown', [lag, ...misses]);
  }
  return done('fail', misses);
}

function findFindings({ expectations, seen, did, duties }: RunEvidence): Finding[] {
  const { before, after } = seen.liveEdgeSec;
  const rise = before === null || after === null ? null : Number(Math.max(0, after - before).toFixed(3));
  const everybody = expectations.startupP95Ms === null ? null : { must: 0, aim: 0 };
  const owed = (duty: boolean, bound: Bound | null): Bound | null => (duty ? bound : null);
  const joined = seen.joined > 0;
  const rows: [string, string, Bound | null, number | null][] = [
    ['dead air p99', 'ms', expectations.deadAirP99Ms, seen.deadAirMs.p99],
    ['farther behind live after it', 's', owed(rise !== null, expectations.liveEdgeRiseSec), rise],
    ['joined and never played', '', owed(joined, everybody), seen.joinedNeverPlayed],
    ['startup p95 of those who joined', 'ms', owed(joined, expectations.startupP95Ms), seen.startupMs.p95],
    ['noticed after', 'ms', owed(duties.detect, expectations.detectMs), did.detectMs],
    ['feed changed after', 'ms', owed(did.switchMs !== null, expectations.switchMs), did.switchMs],
    ['redundancy restored after', 'ms', owed(duties.replace, expectations.replaceMs), did.replaceMs],
    ['slate after', 'ms', owed(duties.slate, expectations.slateMs), did.slateMs],
    ['picture back after', 'ms', owed(duties.comeBack, expectations.returnMs), did.returnMs],
    ['slate shown for', 'ms', expectations.slateForMs, did.slateForMs],
  ];
  return rows.flatMap(([name, unit, bound, value]) =>
    bound === null ? [] : [{ name, unit, value, ...bound, result: markOf(value, bound) }],
  );
}

/** Says how a value stands to its bound. */
export function markOf(value: number | null, { must, aim }: Bound): Finding['result'] {
  if (value === null) return 'miss';
  if (value <= aim) return 'aim';
  return value <= must ? 'must' : 'miss';
}

/** By how much a time is over its limit, milliseconds; 0 of what is no time, or was never seen. */
function excessMs({ value, must, unit }: Finding): number {
  if (value === null || !(unit === 'ms' || unit === 's')) return 0;
  return (value - must) * (unit === 's' ? 1000 : 1);
}

function wordMiss({ name, unit, value, must }: Finding): string {
  const limit = `must be at most ${must} ${unit}`.trimEnd();
  return value === null
    ? `${name}: never seen, ${limit}`
    : `${name}: ${`${value} ${unit}`.trimEnd()}, ${limit}`;
}
