/** Reads a stream of text to its end: its lines, without blank ones. */
export async function readLines(input: NodeJS.ReadableStream): Promise<string[]> {
  let text = '';
  input.setEncoding('utf8');
  for await (const chunk of input) text += chunk;
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
