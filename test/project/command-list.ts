/** Every command as its class declares it, without running anything. */
import { join } from 'node:path';
import { ROOT, SOURCES } from './repository-files.ts';

export interface DeclaredCommand {
  /** `stream list`. */
  readonly words: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly flags: readonly string[];
  /** Short flags: `w`. */
  readonly chars: readonly string[];
  readonly hidden: boolean;
  readonly json: boolean;
}

interface CommandClass {
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly (string | { readonly command: string })[];
  readonly flags?: Record<string, { readonly char?: string; readonly allowNo?: boolean }>;
  readonly baseFlags?: Record<string, { readonly char?: string }>;
  readonly hidden?: boolean;
  readonly enableJsonFlag?: boolean;
}

/** Loads the class of every file under src/commands. */
export async function loadCommands(): Promise<DeclaredCommand[]> {
  const files = SOURCES.filter((file) => file.path.startsWith('src/commands/'));
  return await Promise.all(files.map((file) => load(file.path)));
}

async function load(path: string): Promise<DeclaredCommand> {
  const { default: command } = (await import(join(ROOT, path))) as { default: CommandClass };
  const flags = { ...command.baseFlags, ...command.flags } as NonNullable<CommandClass['flags']>;
  const names = Object.entries(flags).flatMap(([name, flag]) =>
    flag.allowNo ? [name, `no-${name}`] : [name],
  );
  return {
    words: path
      .replace(/^src\/commands\//, '')
      .replace(/\.ts$/, '')
      .replaceAll('/', ' '),
    path,
    summary: command.summary ?? '',
    description: command.description ?? '',
    examples: (command.examples ?? []).map((one) => (typeof one === 'string' ? one : one.command)),
    flags: [...names, 'help', ...(command.enableJsonFlag ? ['json'] : [])],
    chars: Object.values(flags).flatMap((flag) => (flag.char === undefined ? [] : [flag.char])),
    hidden: command.hidden ?? false,
    json: command.enableJsonFlag ?? false,
  };
}

/** What is wrong with a command line that begins with `streamctl`, as it would be typed; null when it would be understood. */
export function faultOf(line: string, commands: readonly DeclaredCommand[]): string | null {
  const [, ...typed] = line.trim().split(/\s+/);
  const words = typed.slice(0, firstNonWord(typed));
  if (words.length === 0 || words[0] === 'help') return null;
  for (let count = words.length; count > 0; count--) {
    const known = commands.find((command) => command.words === words.slice(0, count).join(' '));
    if (known !== undefined) return flagFault(typed, known);
  }
  const topic = commands.some((command) => command.words.startsWith(`${words.join(' ')} `));
  return topic ? null : `there is no command "${words.join(' ')}"`;
}

function firstNonWord(typed: readonly string[]): number {
  const at = typed.findIndex((word) => !/^[a-z][a-z0-9-]*$/.test(word));
  return at === -1 ? typed.length : at;
}

function flagFault(typed: readonly string[], command: DeclaredCommand): string | null {
  const flags = typed.filter((word) => /^--[a-z]/.test(word)).map((word) => word.slice(2).split('=')[0]!);
  const unknown = flags.find((flag) => !command.flags.includes(flag.replace(/[^a-z-].*$/, '')));
  if (unknown !== undefined) return `streamctl ${command.words} has no flag --${unknown}`;
  const chars = typed.filter((word) => /^-[a-zA-Z]$/.test(word)).map((word) => word[1]!);
  const char = chars.find((one) => !command.chars.includes(one));
  return char === undefined ? null : `streamctl ${command.words} has no flag -${char}`;
}
