/** Runs of drills as JUnit, for CI: a test case a run. Pure. */
import type { DrillRun } from '../drill-result.ts';
import { titleOf, wordFault, wordSeen } from './headline.ts';

/** Formats one suite; `fail` is a failure, what could not be judged or mended is an error. */
export function formatJunit(runs: readonly DrillRun[]): string {
  const failures = runs.filter(({ verdict }) => verdict === 'fail').length;
  const errors = runs.filter(({ verdict }) => verdict !== 'fail' && verdict !== 'pass').length;
  const sec = runs.reduce((sum, run) => sum + durationSec(run), 0);
  const counts = `tests="${runs.length}" failures="${failures}" errors="${errors}" time="${sec.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="streamctl drill" ${counts}>`,
    ...runs.flatMap(formatCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function formatCase(run: DrillRun): string[] {
  const name = `${titleOf(run)} (${run.id})`;
  const head = `    <testcase classname="drill.${escapeXml(run.drill)}" name="${escapeXml(name)}" time="${durationSec(run).toFixed(3)}">`;
  const out = `      <system-out>${escapeXml([wordFault(run), wordSeen(run.seen), ...run.events.map(({ text }) => text)].join('\n'))}</system-out>`;
  const tag = run.verdict === 'fail' ? 'failure' : 'error';
  const why = escapeXml(run.reasons.join('; '));
  const fault = run.verdict === 'pass' ? [] : [`      <${tag} type="${run.verdict}" message="${why}"/>`];
  return [head, ...fault, out, '    </testcase>'];
}

function durationSec({ startedMs, endedMs }: DrillRun): number {
  return Math.max(0, endedMs - startedMs) / 1000;
}

/** Text as XML may hold it: control characters are left out. */
export function escapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return [...text]
    .filter((character) => character >= ' ' || character === '\n' || character === '\t')
    .map((character) => named[character] ?? character)
    .join('');
}
