/** The answer to words that are no command: the nearest one, and exit status 2. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, StreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';
import { reportFailure } from './base-command.ts';
import type { CliPlace } from './main.ts';

/** Reports the unknown command and returns the exit status. */
export async function refuseUnknownCommand(argv: readonly string[], place: CliPlace): Promise<number> {
  const failure = wordUnknownCommand(argv, listCommands(place));
  await reportFailure(failure, argv.includes('--json'));
  return ERROR_CODES[failure.code].exit;
}

/** Words the failure; `known` are commands as they are typed. */
export function wordUnknownCommand(argv: readonly string[], known: readonly string[]): StreamctlError {
  const end = argv.findIndex((word) => word.startsWith('-'));
  const words = end === -1 ? argv : argv.slice(0, end);
  if (words.length === 0) {
    return new StreamctlError('USAGE', `${argv[0]} is no command`, { hint: 'Read streamctl --help.' });
  }
  const asked = words.slice(0, 2).join(' ');
  const nearest = findNearest(asked, known) ?? findNearest(words[0]!, known);
  return new StreamctlError('USAGE', `no command "${asked}"`, {
    hint: nearest === null ? 'Read streamctl --help.' : `Did you mean streamctl ${nearest}?`,
  });
}

function listCommands(place: CliPlace): string[] {
  return readdirSync(place.commands, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(place.extension) && !path.startsWith('daemon'))
    .map((path) => join(path).slice(0, -place.extension.length).replaceAll('/', ' '));
}
