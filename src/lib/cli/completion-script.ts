/** Shell completion from the manifest of the build: words in, a script out. Pure. */

export interface CompletionCommand {
  /** `stream key rotate`. */
  readonly words: string;
  readonly summary: string;
  /** With dashes. */
  readonly flags: readonly string[];
}

export type Shell = 'bash' | 'zsh' | 'fish';

/** Formats the script for a shell. */
export function formatCompletionScript(shell: Shell, commands: readonly CompletionCommand[]): string {
  if (shell === 'fish') return formatFish(commands);
  const bash = formatBash(commands);
  return shell === 'bash' ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

/** One `case` over the words before the cursor: the next words of commands that go on, and flags. */
function formatBash(commands: readonly CompletionCommand[]): string {
  const cases = listPrefixes(commands).map(([prefix, next]) => {
    const flags = commands.find(({ words }) => words === prefix)?.flags ?? [];
    return `    '${prefix}') words='${[...next, ...flags].join(' ')}' ;;`;
  });
  return [
    '_streamctl() {',
    '  local words line="" word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case $word in -*) ;; *) line="${line:+$line }$word" ;; esac',
    '  done',
    '  while :; do',
    '    case $line in',
    ...cases.map((line) => `  ${line}`),
    '      *) if [[ $line == *" "* ]]; then line=${line% *}; continue; fi; words="" ;;',
    '    esac',
    '    break',
    '  done',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _streamctl streamctl',
    '',
  ].join('\n');
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
