/** A drill as lines for a terminal or a log: the story second by second, then what viewers saw and the verdict. Pure. */
import { stripControls } from '../../base/strip-controls.ts';
import type { DrillKind } from '../../drill/drill-kinds.ts';
import type { DrillPlan } from '../../drill/drill-plan.ts';
import type { DrillRun, Finding, Verdict } from '../../drill/drill-result.ts';
import type { DrillEvent, DrillEventKind } from '../../drill/journal.ts';
import { hadToBeNoticed, wordMs } from '../../drill/report/headline.ts';
import type { DrillSummary } from '../../drill/series.ts';
import type { QuantileSummary } from '../../viewer/quantiles.ts';
import { wrapText } from './fit-text.ts';
import type { Paint } from './paint.ts';

const LABELS: Readonly<Record<DrillEventKind, string>> = {
  steady: 'steady state',
  armed: 'undo',
  fault: 'fault',
  bit: 'it bit',
  viewers: 'viewers',
  noticed: 'noticed',
  feed: 'feed',
  node: 'nodes',
  stream: 'stream',
  replica: 'replicas',
  placed: 'placed',
  stopped: 'stopped',
  healed: 'healed',
  recovered: 'recovered',
  note: 'note',
  verdict: 'verdict',
};
const PAINTS: Partial<Record<DrillEventKind, 'good' | 'warn' | 'bad' | 'strong'>> = {
  fault: 'bad',
  stopped: 'bad',
  healed: 'good',
  recovered: 'good',
};
const LABEL_WIDTH = 13;
const TIME_WIDTH = 10;

/** One event: with its time since the fault, or by its label alone before there was one. */
export function formatDrillEvent(event: DrillEvent, faultMs: number | null, paint: Paint): string {
  const style = PAINTS[event.kind];
  const text = stripControls(event.text);
  const label = (word: string): string => (style === undefined ? word : paint[style](word));
  if (faultMs === null) return `  ${label(LABELS[event.kind].padEnd(LABEL_WIDTH))}  ${text}`;
  const sec = `${((event.atMs - faultMs) / 1000).toFixed(3)} s`.padStart(TIME_WIDTH);
  return `  ${paint.quiet(sec)}  ${label(LABELS[event.kind].padEnd(10))}  ${text}`;
}

/** The end of a run: steady state, what viewers saw, findings that are no pass, verdict, reports. */
const NEXT_AFTER_FAILED_RECOVERY =
  'streamctl drill heal (may be repeated), then streamctl status; streamctl up starts what is still missing';

export function formatDrillEnd(run: DrillRun, reports: string | null, paint: Paint): string[] {
  const { seen, steadyState } = run;
  const after = steadyState.after;
  const row = (label: string, text: string): string => `  ${label.padEnd(LABEL_WIDTH)}  ${text}`;
  const lines = [
    '',
    row(
      'steady state',
      after === null
        ? 'not waited for'
        : `${stripControls(after.text)}   ${after.ok ? paint.good('ok') : paint.bad('not ok')}`,
    ),
    '',
    row(
      'dead air',
      `${formatQuantiles(seen.deadAirMs)} · viewers with any ${seen.affected} of ${seen.deadAirEachMs.length}`,
    ),
    row('behind live', formatLiveEdge(seen.liveEdgeSec)),
    ...(seen.movedMs === null ? [] : [row('moved', `all to another region within ${wordMs(seen.movedMs)}`)]),
    ...(seen.joined > 0 ? [row('joined', formatJoined(run))] : []),
    row(
      'media',
      `${seen.missingFrames} frames missing, ${seen.repeatedFrames} repeated · ${seen.failedRequests} of ${seen.requests.toLocaleString('en-US')} requests failed`,
    ),
    row('cluster', formatCluster(run)),
    ...run.findings
      .filter(({ result }) => result === 'must')
      .map((one) => row('aim missed', wordFinding(one, one.aim))),
    '',
    row('verdict', `${paintVerdict(run.verdict, paint)}`),
    ...run.reasons.flatMap((reason) => wrapText(stripControls(reason), 90).map((line) => row('', line))),
    ...(run.verdict === 'recovery-failed' ? [row('next', NEXT_AFTER_FAILED_RECOVERY)] : []),
  ];
  return reports === null ? lines : [...lines, row('report', reports)];
}

/** Several runs as a table of one line each, and their sum. */
export function formatSeries(runs: readonly DrillRun[], summary: DrillSummary, paint: Paint): string[] {
  const head = `  ${'run'.padEnd(5)}${'verdict'.padEnd(17)}${'dead air p99'.padStart(13)}${'max'.padStart(10)}${'with any'.padStart(10)}${'recovered'.padStart(11)}`;
  const rows = runs.map((run, index) => {
    const { seen } = run;
    const cells = [
      wordMs(seen.deadAirMs.p99).padStart(13),
      wordMs(seen.deadAirMs.max).padStart(10),
      String(seen.affected).padStart(10),
      wordMs(run.recoveredMs).padStart(11),
    ];
    const verdict = run.verdict.padEnd(17).replace(run.verdict, () => paintVerdict(run.verdict, paint));
    return `  ${String(index + 1).padEnd(5)}${verdict}${cells.join('')}`;
  });
  const all = `  all ${runs.length}: ${formatQuantiles(summary.deadAirMs)} · ${paintVerdict(summary.verdict, paint)}`;
  return ['', paint.quiet(head), ...rows, '', all];
}

/** What a drill would do. */
export function formatDrillPlan(plan: DrillPlan): string[] {
  const target = plan.target === null ? '' : ` ${plan.target}`;
  return [
    `  drill ${plan.drill}${target} · stream ${plan.stream} · ${plan.viewers} viewers · ${plan.durationMs / 1000} s`,
    ...plan.faults.map(({ atMs, forMs, settings }) => {
      const until = forMs === null ? 'to the end' : `for ${forMs / 1000} s`;
      return `  ${`${(atMs / 1000).toFixed(1)} s`.padStart(TIME_WIDTH)}  ${wordSettings(settings)} · ${until}`;
    }),
    ...plan.joins.map(
      ({ atMs, count, region }) =>
        `  ${`${(atMs / 1000).toFixed(1)} s`.padStart(TIME_WIDTH)}  ${count} viewers join${region === null ? '' : ` in ${region}`}`,
    ),
    '  nothing was changed',
  ];
}

/** One drill of the catalogue, explained. */
export function formatDrillKind(kind: DrillKind): string[] {
  const words = [kind.name, kind.target?.toUpperCase(), kind.amount?.name.toUpperCase()]
    .filter(Boolean)
    .join(' ');
  const time = kind.durationMs === 0 ? 'until the stream has ended' : `${kind.durationMs / 1000} s`;
  return [
    `  streamctl drill ${words}`,
    '',
    `  fault     ${kind.fault}`,
    `  expected  ${kind.expect}`,
    `  takes     ${time}, and the recovery`,
  ];
}

function wordSettings(settings: DrillPlan['faults'][number]['settings']): string {
  const { kind, ...rest } = settings;
  const values = Object.values(rest).filter((value) => value !== null);
  return `${kind.replace('-', ' ')} ${values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ')}`;
}

function formatCluster({
  detectMs,
  detectedBy,
  switchMs,
  replaceMs,
  recoveredMs,
  findings,
}: DrillRun): string {
  const by = detectedBy === null ? '' : ` by ${detectedBy}`;
  const parts = [
    ...(detectMs === null ? [] : [`noticed after ${wordMs(detectMs)}${by}`]),
    ...(detectMs === null && hadToBeNoticed(findings) ? ['not noticed'] : []),
    ...(switchMs === null ? [] : [`feeds changed after ${wordMs(switchMs)}`]),
    ...(replaceMs === null ? [] : [`redundant again after ${wordMs(replaceMs)}`]),
    ...(recoveredMs === null ? [] : [`steady ${wordMs(recoveredMs)} after the heal`]),
  ];
  return parts.length === 0 ? 'nothing to do' : parts.join(' · ');
}

function formatJoined({ seen }: DrillRun): string {
  const never = seen.joinedNeverPlayed === 0 ? '' : ` · ${seen.joinedNeverPlayed} never got a picture`;
  return `${seen.joined} during the fault · startup p95 ${wordMs(seen.startupMs.p95)}${never}`;
}

function formatLiveEdge({ before, during, after }: DrillRun['seen']['liveEdgeSec']): string {
  const sec = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} s`);
  return `${sec(before)} before · ${sec(during)} at worst · ${sec(after)} after`;
}

function wordFinding({ name, value, unit }: Finding, limit: number): string {
  return `${name}: ${value} ${unit}, aim ${limit} ${unit}`;
}

/** `p50 0 ms · p99 120 ms · worst 300 ms`. */
export function formatQuantiles({ p50, p99, max }: QuantileSummary): string {
  return `p50 ${wordMs(p50)} · p99 ${wordMs(p99)} · worst ${wordMs(max)}`;
}

/** The verdict in its colour. */
export function paintVerdict(verdict: Verdict, paint: Paint): string {
  if (verdict === 'pass') return paint.good(verdict);
  return verdict === 'fail' || verdict === 'recovery-failed' ? paint.bad(verdict) : paint.warn(verdict);
}
