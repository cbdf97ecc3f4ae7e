/** Draws lines over the lines drawn before, in the middle of a terminal that goes on scrolling. */
import { terminalSize } from './terminal-size.ts';

export interface Repaint {
  /** Replaces what was drawn; lines beyond the terminal's height are left out. */
  draw(lines: readonly string[]): void;
}

/** Creates a painter for a terminal. */
export function createRepaint(terminal: NodeJS.WriteStream): Repaint {
  let drawn = 0;
  return {
    draw: (lines) => {
      const shown = lines.slice(0, Math.max(1, terminalSize(terminal).rows - 1));
      const back = drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : '';
      terminal.write(`${back}${shown.join('\n')}\n`);
      drawn = shown.length;
    },
  };
}
