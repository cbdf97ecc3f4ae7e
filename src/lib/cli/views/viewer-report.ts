import type { QuantileSummary } from '../../viewer/quantiles.ts';
import type { HedgeReport, ViewerProgress, ViewerReport } from '../../viewer/viewer-report.ts';

/** Formats how a run of viewers goes: one line, under 80 columns. */
export function formatViewerProgress(progress: ViewerProgress): string {
  const { elapsedMs, started, playing, stalled, stalls, errors, liveEdgeSec } = progress;
  const behind = liveEdgeSec === null ? '' : ` · ${liveEdgeSec.toFixed(2)} s behind live`;
  const wrong = stalled > 0 ? ` · ${stalled} stalled` : '';
  const seconds = (elapsedMs / 1000).toFixed(0).padStart(4);
  return `${seconds} s  ${playing}/${started} playing${wrong}${behind} · ${stalls} stalls · ${errors} errors`;
}

/** Formats the result of a run of viewers: the verdict first, then a table. */
export function formatViewerReport(report: ViewerReport): string {
  const where = report.region === null ? '' : ` in ${report.region}`;
  const good = report.played === report.viewers && report.stalls === 0 && report.errors === 0;
  const kinds = Object.entries(report.errorKinds).map(([kind, count]) => `${kind} ${count} ×`);
  const lines = [
    `  ${good ? '✔' : '!'} ${report.played} of ${report.viewers} viewers${where} played · ${report.seconds.toFixed(1)} s`,
    '',
    '                        p50      p95      p99      max',
    row('startup          ms', report.startupMs, 0),
    row('behind live       s', report.liveEdgeSec, 2),
    row('dead air         ms', report.deadAirMs, 0),
    '',
    `  stalls ${report.stalls} · jumps to live ${report.skips} · errors ${report.errors}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`,
    `  frames missing ${report.missingFrames}, repeated ${report.repeatedFrames} · ${report.requests} requests`,
    ...(report.hedges === null ? [] : [formatHedges(report.hedges)]),
  ];
  return lines.join('\n');
}

function formatHedges(hedges: HedgeReport): string {
  const { error, late, stale, heldBack, switches, returns } = hedges;
  const held = heldBack === 0 ? '' : `, ${heldBack} held back`;
  return `  asked elsewhere: failed ${error}, late ${late}, old ${stale}${held} · moved ${switches}, back ${returns}`;
}

function row(label: string, figures: QuantileSummary, digits: number): string {
  const { p50, p95, p99, max } = figures;
  const cells = [p50, p95, p99, max].map((value) =>
    (value === null ? '–' : value.toFixed(digits)).padStart(9),
  );
  return `  ${label}${cells.join('')}`;
}
