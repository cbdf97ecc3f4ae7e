/**
 * The way from arguments to a command. It loads as little as it can: `--version` and daemons need no oclif, a
 * command loads its own file only, and oclif's configuration is read for help alone.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../base/errors.ts';
import { tolerateClosedPipes, writeWhole } from './output.ts';
import type { DaemonName } from './run-daemon.ts';

export interface CliPlace {
  /** Folder of package.json and oclif.manifest.json. */
  readonly root: string;
  /** Folder of the command files, and how they end. */
  readonly commands: string;
  readonly extension: '.js' | '.ts';
}

/** Runs one command line and returns its exit status, after everything was written. */
export async function runCli(argv: readonly string[], place: CliPlace): Promise<number> {
  tolerateClosedPipes();
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v' || argv[0] === 'version')) {
    await writeWhole(process.stdout, `streamctl/${loadVersion(place.root)}\n`);
    return EXIT.ok;
  }
  if (argv[0] === 'daemon') {
    const { isDaemonCall, runDaemon } = await import('./run-daemon.ts');
    if (isDaemonCall(argv)) return await runDaemon(argv[1] as DaemonName, argv.slice(2));
  }
  const help = argv.length === 0 || wantsHelp(argv);
  const found = findCommand(argv[0] === 'help' ? argv.slice(1) : argv, place);
  if ((help && !found.unknown) || found.topic) {
    const { showHelp } = await import('./help.ts');
    return await showHelp(argv, place);
  }
  if (found.file === null) {
    const { refuseUnknownCommand } = await import('./unknown-command.ts');
    return await refuseUnknownCommand(argv, place);
  }
  const { runCommandFile } = await import('./run-command-file.ts');
  return await runCommandFile(
    { file: found.file, id: found.id, argv: found.rest },
    { root: place.root, version: loadVersion(place.root) },
  );
}

interface FoundCommand {
  /** `stream:list`. */
  readonly id: string;
  readonly file: string | null;
  /** Nothing but words that lead to a folder of commands. */
  readonly topic: boolean;
  /** The words lead nowhere. */
  readonly unknown: boolean;
  readonly rest: string[];
}

/** Follows the leading words into the folder of commands: `stream list --json` is stream/list. */
export function findCommand(argv: readonly string[], place: CliPlace): FoundCommand {
  let folder = place.commands;
  const words: string[] = [];
  for (const word of argv) {
    if (!/^[a-z][a-z0-9-]*$/.test(word)) break;
    words.push(word);
    const id = words.join(':');
    const rest = argv.slice(words.length);
    const file = join(folder, word + place.extension);
    if (existsSync(file)) return { id, file, topic: false, unknown: false, rest };
    folder = join(folder, word);
    if (!isFolder(folder)) return { id, file: null, topic: false, unknown: true, rest };
  }
  const rest = argv.slice(words.length);
  const topic = words.length > 0 && rest.length === 0;
  const unknown = rest.length > 0 && !rest[0]!.startsWith('-');
  return { id: words.join(':'), file: null, topic, unknown, rest };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  return own.includes('--help') || own.includes('-h') || argv[0] === 'help';
}

/** Reads the version of this program. */
export function loadVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
}
