/** Writing to the terminal or a pipe so that nothing is lost when the process ends right after. */

/** Writes text and resolves when it has left the process; a reader that went away is no error. */
export async function writeWhole(stream: NodeJS.WriteStream, text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write(text, () => resolve());
  });
}

/** Keeps a closed pipe (`streamctl status | head -1`) from becoming an uncaught error. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** Whether colour and symbols that move may be used on this stream. */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}
