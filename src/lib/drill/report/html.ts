/** A drill's report as one HTML file that asks nobody for anything. Pure. */
import { fillTemplate } from '../../render/fill-template.ts';
import type { DrillPictures, DrillRun } from '../drill-result.ts';
import {
  hadToBeNoticed,
  listFigures,
  titleOf,
  VERDICT_WORDS,
  wordFault,
  wordMs,
  wordSeen,
  wordSince,
  wordValue,
} from './headline.ts';
import { escapeXml } from './junit.ts';
import { formatTimelineSvg } from './timeline-svg.ts';

/** Formats one run; `template` is templates/drill-report.html. */
export function formatHtml(run: DrillRun, pictures: DrillPictures, template: string): string {
  return fillTemplate(template, {
    title: escapeXml(`Drill ${titleOf(run)}: ${run.verdict}`),
    drill: escapeXml(titleOf(run)),
    verdict: run.verdict,
    verdictWords: escapeXml(VERDICT_WORDS[run.verdict]),
    // A number stays with its unit.
    seen: escapeXml(wordSeen(run.seen)).replaceAll(/(\d) (ms|s)\b/g, '$1&nbsp;$2'),
    fault: escapeXml(wordFault(run)),
    reasons: run.reasons.map((reason) => `<li>${escapeXml(reason)}</li>`).join(''),
    tiles: formatTiles(run),
    timeline: formatTimelineSvg(run, pictures),
    findings: run.findings.map(formatFinding).join(''),
    figures: listFigures(run)
      .map(([label, text]) => `<tr><th scope="row">${escapeXml(label)}</th><td>${escapeXml(text)}</td></tr>`)
      .join(''),
    events: formatEvents(run),
    about: escapeXml(
      `Cluster ${run.cluster}, stream ${run.stream}, ${new Date(run.startedMs).toISOString()}, id ${run.id}`,
    ),
  });
}

function formatTiles(run: DrillRun): string {
  const { seen, steadyState } = run;
  const tiles: [string, string, string][] = [
    ['Longest without a picture', wordMs(seen.deadAirMs.max), `p99 ${wordMs(seen.deadAirMs.p99)}`],
    ['Viewers who lost it', `${seen.affected}`, `of ${seen.deadAirEachMs.length}`],
    ['Noticed after', wordMs(run.detectMs), wordNoticed(run)],
    [
      'Steady again',
      wordMs(run.recoveredMs),
      steadyState.after === null ? 'not waited for' : steadyState.after.ok ? 'after the heal' : 'not in time',
    ],
  ];
  return tiles
    .map(
      ([label, value, note]) =>
        `<div class="tile"><div class="name">${escapeXml(label)}</div><div class="value">${escapeXml(value)}</div><div class="note">${escapeXml(note)}</div></div>`,
    )
    .join('');
}

function wordNoticed({ detectedBy, findings }: DrillRun): string {
  if (detectedBy !== null) return `by ${detectedBy}`;
  return hadToBeNoticed(findings) ? 'nobody did' : 'nobody had to';
}

function formatFinding(one: DrillRun['findings'][number]): string {
  const words = { aim: 'as it should be', must: 'good enough', miss: 'missed' };
  const cells = [wordValue(one.value, one), wordValue(one.must, one), wordValue(one.aim, one)];
  return `<tr><th scope="row">${escapeXml(one.name)}</th>${cells.map((cell) => `<td class="number">${escapeXml(cell)}</td>`).join('')}<td class="result ${one.result}">${words[one.result]}</td></tr>`;
}

function formatEvents(run: DrillRun): string {
  return run.events
    .filter(({ kind }) => kind !== 'verdict')
    .map(
      ({ atMs, kind, text }) =>
        `<tr class="${kind}"><td class="number">${wordSince(atMs, run)}</td><td>${kind}</td><td>${escapeXml(text)}</td></tr>`,
    )
    .join('');
}
