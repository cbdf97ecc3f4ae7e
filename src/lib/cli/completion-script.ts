/** Shell completion from the manifest of the build: words in, a script out. Pure. */
import { fillTemplate } from '../render/fill-template.ts';

export interface CompletionCommand {
  /** `stream key rotate`. */
  readonly words: string;
  readonly summary: string;
  /** With dashes. */
  readonly flags: readonly string[];
}

export type Shell = 'bash' | 'zsh' | 'fish';

/** Formats the script for a shell; `bash` is the text of templates/completion.bash. */
export function formatCompletionScript(
  shell: Shell,
  commands: readonly CompletionCommand[],
  bash: string,
): string {
  if (shell === 'fish') return formatFish(commands);
  const script = fillTemplate(bash, { cases: formatCases(commands) });
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`;
}

/** One line per prefix of a command: the next words of commands that go on, and flags. */
function formatCases(commands: readonly CompletionCommand[]): string {
  return listPrefixes(commands)
    .map(([prefix, next]) => {
      const flags = commands.find(({ words }) => words === prefix)?.flags ?? [];
      return `      '${prefix}') words='${[...next, ...flags].join(' ')}' ;;`;
    })
    .join('\n');
}

function formatFish(commands: readonly CompletionCommand[]): string {
  const lines = commands.flatMap(({ words, summary, flags }) => {
    const parts = words.split(' ');
    const before = parts.slice(0, -1);
    const seen = before.map((word) => `__fish_seen_subcommand_from ${word}`);
    const here = before.length === 0 ? '__fish_use_subcommand' : seen.join('; and ');
    const inside = parts.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    return [
      `complete -c streamctl -f -n '${here}' -a ${parts.at(-1)} -d '${summary.replaceAll("'", "\\'")}'`,
      ...flags.map((flag) => `complete -c streamctl -n '${inside}' -l ${flag.slice(2)}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** Every prefix of a command, the empty one too, with the words that may follow it. */
function listPrefixes(commands: readonly CompletionCommand[]): [string, string[]][] {
  const next = new Map<string, Set<string>>([['', new Set()]]);
  for (const { words } of commands) {
    const parts = words.split(' ');
    for (const [index, part] of parts.entries()) {
      const prefix = parts.slice(0, index).join(' ');
      next.set(prefix, (next.get(prefix) ?? new Set()).add(part));
    }
    if (!next.has(words)) next.set(words, new Set());
  }
  return [...next].map(([prefix, words]) => [prefix, [...words].sort()]);
}
