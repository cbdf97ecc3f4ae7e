/** What other machines and the store say, as text that a terminal only prints. Pure. */

/** Makes a space of every character that a terminal would act on: escapes, line breaks, turns of the direction. */
export function stripControls(text: string): string {
  return [...text].map((character) => (isControl(character.codePointAt(0)!) ? ' ' : character)).join('');
}

function isControl(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}
