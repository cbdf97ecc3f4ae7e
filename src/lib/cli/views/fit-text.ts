/** Text measured in terminal columns, not in characters: wide and combined characters count as they are drawn. */
import measure from 'fast-string-truncated-width';
import { stripControls } from '../../base/strip-controls.ts';

/** Longer text from a node is cut: nobody reads it in a table. */
const MAX_CHARACTERS = 500;
const ELLIPSIS = '…';
/** Made when something is cut first: making it takes as long as all the rest of a fast command. */
let graphemes: Intl.Segmenter | null = null;

/** How many columns a terminal draws the text in. */
export function textWidth(text: string): number {
  return measure(text).width;
}

/** Cuts text to at most `columns`, with an ellipsis where it was cut. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const kept = [...graphemes.segment(text)].map(({ segment }) => segment);
  while (kept.length > 0 && textWidth(kept.join('')) > columns - 1) kept.pop();
  return `${kept.join('')}${ELLIPSIS}`;
}

/** Pads text with spaces to exactly `columns` when it is shorter. */
export function padText(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return align === 'right' ? space + text : text + space;
}

/** Breaks text at spaces into lines of at most `columns`; a longer word is cut. */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = cutText(word, columns);
  }
  return [...lines, line];
}

/**
 * Removes what a terminal would act on: escape sequences and control characters. Names and reasons come from other
 * machines and are printed as plain text only.
 */
export function plainText(text: string): string {
  return stripControls(text.slice(0, MAX_CHARACTERS)).trim();
}
