/** Turns what oclif's parser throws into an error of ours: one line, the nearest known name, where to read on. */
import { StreamctlError, toStreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';

interface ParseFailure {
  readonly message: string;
  readonly parse?: unknown;
  /** Unknown flags. */
  readonly flags?: readonly string[];
  readonly oclif?: { readonly exit?: number };
}

/** Words any error for the renderer: ours as they are, the parser's as USAGE, all else as BUG. */
export function wordFailure(error: unknown, command: string, knownFlags: readonly string[]): StreamctlError {
  if (error instanceof StreamctlError || !(error instanceof Error)) return toStreamctlError(error);
  if (error.name === 'ExitPromptError') return new StreamctlError('INTERRUPTED', 'stopped at a question');
  if (isStoreLoss(error)) return wordStoreLoss(error, command);
  const failure = error as Error & ParseFailure;
  if (failure.parse === undefined && failure.oclif?.exit !== 2) return toStreamctlError(error);
  const unknown = Array.isArray(failure.flags) ? (failure.flags[0] as string) : null;
  const nearest =
    unknown?.startsWith('--') === true ? findNearest(unknown.slice(2).split('=', 1)[0]!, knownFlags) : null;
  const message = unknown === null ? tidy(failure.message) : `unknown flag ${unknown.split('=', 1)[0]}`;
  const hint =
    nearest === null
      ? `Read streamctl ${command} --help.`
      : `Did you mean --${nearest}? Read streamctl ${command} --help.`;
  return new StreamctlError('USAGE', message, { hint, cause: error });
}

/** oclif's messages have several lines, a title case and a pointer to --help of their own. */
function tidy(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  const kept = lines.filter(
    (line) => line !== '' && !/^see more help/i.test(line) && !/^the following/i.test(line),
  );
  const text = kept.join('; ');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** What ioredis 5 and Redis say when a connection ends under a command, or the store has just changed places. */
const STORE_LOSS =
  /^(Connection is closed|Command timed out|Stream isn't writeable|READONLY |NOREPLICAS |LOADING |MASTERDOWN )/;

function isStoreLoss({ name, message }: Error): boolean {
  return name === 'MaxRetriesPerRequestError' || STORE_LOSS.test(message);
}

function wordStoreLoss(error: Error, command: string): StreamctlError {
  return new StreamctlError('NOT_RUNNING', `${command}: the store was lost meanwhile (${error.message})`, {
    hint: 'Run it again in a moment: what was done is kept. streamctl status says how the store is.',
    cause: error,
  });
}
