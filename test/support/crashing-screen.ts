/** A program that takes the terminal over and dies of an uncaught error. */
import { startFullScreen } from '../../src/lib/cli/full-screen.ts';

const { stdin: input, stdout: output } = process;
startFullScreen({ input, output, onKey: () => {}, onResize: () => {} }).draw(['about to crash']);
setImmediate(() => {
  throw new Error('a bug');
});
