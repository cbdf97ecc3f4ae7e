/**
 * The terminal as one screen: alternate buffer, no cursor, keys as they are pressed.
 *
 * Invariant: however the process ends (return, error, signal, crash), the terminal is as it was. Only a kill -9
 * cannot be cleaned up after.
 */
import { writeSync } from 'node:fs';
import { emitKeypressEvents } from 'node:readline';
import { terminalSize } from './terminal-size.ts';

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const BEGIN_FRAME = '\x1b[?2026h\x1b[H';
const END_FRAME = '\x1b[J\x1b[?2026l';

export interface FullScreen {
  readonly columns: number;
  readonly rows: number;
  /** Shows the lines, one per row from the top; the caller has cut them to the size. */
  draw(lines: readonly string[]): void;
  /** Restores the terminal; may be called twice. */
  close(): void;
}

export interface FullScreenOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Names as Node's readline has them: `q`, `up`, `pagedown`, `?`; `ctrl-c` with the modifier. */
  readonly onKey: (key: string) => void;
  readonly onResize: () => void;
}

interface Keypress {
  readonly name?: string;
  readonly ctrl?: boolean;
}

/** Takes the terminal over. */
export function startFullScreen({ input, output, onKey, onResize }: FullScreenOptions): FullScreen {
  const onPress = (text: string | undefined, key: Keypress) => {
    const name = key.name ?? text;
    if (name !== undefined) onKey(key.ctrl ? `ctrl-${name}` : name);
  };
  let open = true;
  const restore = () => {
    if (!open) return;
    open = false;
    if (input.isTTY) input.setRawMode(false);
    writeSync((output as NodeJS.WriteStream & { fd: number }).fd, LEAVE);
  };
  process.on('exit', restore);
  emitKeypressEvents(input);
  input.setRawMode(true);
  input.on('keypress', onPress);
  input.resume();
  output.on('resize', onResize);
  output.write(ENTER);
  return {
    get columns() {
      return terminalSize(output).columns;
    },
    get rows() {
      return terminalSize(output).rows;
    },
    draw: (lines) => {
      if (open) output.write(BEGIN_FRAME + lines.map((line) => `${line}\x1b[K`).join('\r\n') + END_FRAME);
    },
    close: () => {
      restore();
      process.off('exit', restore);
      input.off('keypress', onPress);
      output.off('resize', onResize);
      input.pause();
    },
  };
}
