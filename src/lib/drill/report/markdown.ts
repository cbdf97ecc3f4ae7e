/** A drill's report as Markdown. Pure. */
import { stripControls } from '../../base/strip-controls.ts';
import type { DrillRun } from '../drill-result.ts';
import {
  listFigures,
  titleOf,
  VERDICT_WORDS,
  wordFault,
  wordSeen,
  wordSince,
  wordValue,
} from './headline.ts';

/** Formats one run. */
export function formatMarkdown(run: DrillRun): string {
  const lines = [
    `# Drill ${titleOf(run)}: ${run.verdict}`,
    '',
    `${wordFault(run)} ${wordSeen(run.seen)}`,
    '',
    `${VERDICT_WORDS[run.verdict]}${run.reasons.length > 0 ? ' Because:' : ''}`,
    ...(run.reasons.length > 0 ? ['', ...run.reasons.map((reason) => `- ${stripControls(reason)}`)] : []),
    '',
    `Cluster ${run.cluster}, stream ${run.stream}, ${new Date(run.startedMs).toISOString()}, id \`${run.id}\`.`,
    '',
    '## What had to be seen',
    '',
    '| What | Seen | Must be at most | Should be at most | |',
    '| --- | --- | --- | --- | --- |',
    ...run.findings.map((one) => {
      const cells = [one.name, wordValue(one.value, one), wordValue(one.must, one), wordValue(one.aim, one)];
      return formatRow([...cells, one.result === 'miss' ? '**miss**' : one.result]);
    }),
    '',
    '## Figures',
    '',
    '| | |',
    '| --- | --- |',
    ...listFigures(run).map(formatRow),
    '',
    '## What happened',
    '',
    '| Since the fault | | |',
    '| ---: | --- | --- |',
    ...run.events
      .filter(({ kind }) => kind !== 'verdict')
      .map(({ atMs, kind, text }) => formatRow([wordSince(atMs, run), kind, text])),
    '',
  ];
  return lines.join('\n');
}

/** A row of a table: whatever a node said, it stays in its cell. */
function formatRow(cells: readonly string[]): string {
  return `| ${cells.map((text) => stripControls(text).replaceAll(/[\\|]/g, '\\$&')).join(' | ')} |`;
}
