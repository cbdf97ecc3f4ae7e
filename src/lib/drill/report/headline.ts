/** A drill in a sentence that a manager reads, and the words that all reports share. Pure. */
import { formatCount } from '../../health/format-count.ts';
import { DRILLS } from '../drill-kinds.ts';
import type { DrillRun, Finding, Verdict } from '../drill-result.ts';

/** `fail-region eu`. */
export function titleOf({ drill, target }: Pick<DrillRun, 'drill' | 'target'>): string {
  return target === null ? drill : `${drill} ${target}`;
}

/** What was broken, and for how long: `On purpose, everything in the region is killed at once: eu, for 30 s.` */
export function wordFault({ drill, target, faultMs, healedMs }: DrillRun): string {
  const fault =
    DRILLS.find(({ name }) => name === drill)?.fault ?? 'some things were broken, as the file says';
  const what = target === null ? fault : `${fault} (${target})`;
  if (faultMs === null || healedMs === null) return `On purpose, ${what}.`;
  return `On purpose, ${what}, for ${wordMs(healedMs - faultMs)}.`;
}

/** `None of 100 viewers lost the picture.` */
export function wordSeen({ affected, deadAirEachMs, deadAirMs }: DrillRun['seen']): string {
  const all = formatCount(deadAirEachMs.length, 'viewer');
  if (affected === 0) return `None of ${all} lost the picture.`;
  return `${affected} of ${all} lost the picture, the worst for ${wordMs(deadAirMs.max)}.`;
}

/** What a verdict means. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'Everything that had to be seen was seen.',
  fail: 'What was seen is not good enough.',
  unknown: 'It cannot be said what the fault did.',
  aborted: 'The drill was stopped before its end, and healed.',
  'recovery-failed': 'The fault was undone, and the cluster is not as it was before.',
};

/** `820 ms`, `2.46 s`, `31.2 s`; a dash for what was not seen. */
export function wordMs(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** A finding's value or limit with its unit. */
export function wordValue(value: number | null, { unit }: Pick<Finding, 'unit'>): string {
  if (value === null) return 'never seen';
  return unit === 'ms' ? wordMs(value) : `${value} ${unit}`.trimEnd();
}

/** `+12.345 s` since the fault. */
export function wordSince(atMs: number, { faultMs }: Pick<DrillRun, 'faultMs'>): string {
  return faultMs === null ? '' : `${((atMs - faultMs) / 1000).toFixed(3)} s`;
}

/** Whether the cluster had reason to say that something is wrong. */
export function hadToBeNoticed(findings: readonly Finding[]): boolean {
  return findings.some(({ name }) => name === 'noticed after');
}

function wordDetection({ detectMs, detectedBy, findings }: DrillRun): string {
  if (detectMs !== null) return `after ${wordMs(detectMs)} by ${detectedBy}`;
  return hadToBeNoticed(findings) ? 'by nobody' : 'nobody had to';
}

/** Figures of a drill, each with its label. */
export function listFigures(run: DrillRun): [string, string][] {
  const { seen } = run;
  const { p50, p95, p99, max } = seen.deadAirMs;
  const sec = (value: number | null): string => (value === null ? '–' : `${value.toFixed(2)} s`);
  const edge = seen.liveEdgeSec;
  return [
    [
      'Viewers',
      Object.entries(seen.byRegion)
        .map(([region, count]) => `${count} in ${region}`)
        .join(', '),
    ],
    ['Dead air', `p50 ${wordMs(p50)}, p95 ${wordMs(p95)}, p99 ${wordMs(p99)}, worst ${wordMs(max)}`],
    ['Viewers with any', `${seen.affected} (${(100 * seen.affectedShare).toFixed(1)} %)`],
    ['Behind live', `${sec(edge.before)} before, ${sec(edge.during)} at worst, ${sec(edge.after)} after`],
    [
      'Joined during the fault',
      `${seen.joined}; startup p95 ${wordMs(seen.startupMs.p95)}; never played: ${seen.joinedNeverPlayed}`,
    ],
    ...(seen.movedMs === null
      ? []
      : [['Viewers moved', `all after ${wordMs(seen.movedMs)}`] as [string, string]]),
    ['Frames', `${seen.missingFrames} missing, ${seen.repeatedFrames} repeated`],
    ['Requests', `${seen.failedRequests} of ${seen.requests.toLocaleString('en-US')} failed`],
    ['Noticed', wordDetection(run)],
    ['Feeds changed', run.switchMs === null ? 'none was seen to' : `after ${wordMs(run.switchMs)}`],
    ['Redundant again', run.replaceMs === null ? '–' : `after ${wordMs(run.replaceMs)}`],
    ['Steady again', run.recoveredMs === null ? '–' : `${wordMs(run.recoveredMs)} after the heal`],
    ['Measuring stood still for at most', `${run.worstLagMs} ms`],
    ...(run.worstStolen === undefined
      ? []
      : [
          ['The host kept back at most', `${Math.round(run.worstStolen * 100)} % of the CPU`] as [
            string,
            string,
          ],
        ]),
  ];
}
