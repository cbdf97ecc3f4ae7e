/** What is wrong, as lines: what it is, what it does to viewers, where to look. Pure. */
import type { Problem } from '../../health/cluster-status.ts';
import { cutText, padText, plainText, textWidth, wrapText } from './fit-text.ts';
import { formatTime } from './format-figures.ts';
import type { Paint } from './paint.ts';

const SUBJECT_COLUMNS = 20;

/** Three lines or more a problem, wrapped to the width; the subject stands out to the left. */
export function formatProblems(problems: readonly Problem[], width: number, paint: Paint): string[] {
  const widest = Math.max(0, ...problems.map((problem) => textWidth(plainText(problem.subject))));
  const column = Math.min(SUBJECT_COLUMNS, Math.floor(width / 3), widest);
  const mark = paint.symbols ? '! ' : '';
  const room = Math.max(8, width - column - mark.length - 2);
  return problems.flatMap((problem) => {
    const subject = padText(cutText(plainText(problem.subject), column), column);
    const colour = problem.harm === 'viewers' || problem.harm === 'publishers' ? paint.bad : paint.warn;
    const indent = ' '.repeat(column + mark.length + 2);
    const [first = '', ...more] = wrapText(tell(problem), room);
    const rest = [
      ...wrapText(plainText(problem.effect), room),
      ...wrapText(`to do: ${plainText(problem.hint)}`, room),
    ];
    return [
      `${colour(mark + subject)}  ${first}`,
      ...more.map((line) => indent + line),
      ...rest.map((line) => paint.quiet(indent + line)),
    ];
  });
}

/** One line a problem, for pipes and logs. */
export function formatProblemLine(problem: Problem): string {
  return [
    `problem: ${plainText(problem.subject)}: ${tell(problem)}`,
    problem.effect,
    `to do: ${problem.hint}`,
  ]
    .map(plainText)
    .join(' · ');
}

function tell({ text, sinceMs }: Problem): string {
  return plainText(text) + (sinceMs === null ? '' : ` since ${formatTime(sinceMs)}`);
}
