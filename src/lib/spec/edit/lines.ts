/** Lines of a text by offset. Pure. */

/** Offset of the first character of the line that `offset` is in. */
export function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset behind the end of the line that `offset` is in; `offset` itself at the start of a line behind the first. */
export function endOfLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** The end of the line at `offset`, and of the comment lines right below it that are indented deeper than `column`. */
export function ownLinesEnd(text: string, offset: number, column: number): number {
  let end = endOfLine(text, offset);
  while (end < text.length) {
    const next = endOfLine(text, end + 1);
    const comment = /^( *)#/.exec(text.slice(end, next));
    if (comment === null || comment[1]!.length <= column) return end;
    end = next;
  }
  return end;
}

/** Removes whole lines; when the last of the text goes and had no end, neither has the one before it. */
export function removeLines(text: string, start: number, end: number): string {
  const whole = text.slice(0, end).endsWith('\n');
  const kept = whole ? text.slice(0, start) : text.slice(0, start).replace(/\r?\n$/, '');
  return kept + text.slice(end);
}

/** Inserts whole lines at the start of a line, or behind a last line that has no end; in the text's own line ends. */
export function insertLines(text: string, offset: number, lines: string): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const written = lines.replaceAll('\n', eol);
  const opened = text.slice(0, offset).endsWith('\n') ? `${written}${eol}` : `${eol}${written}`;
  return text.slice(0, offset) + opened + text.slice(offset);
}
