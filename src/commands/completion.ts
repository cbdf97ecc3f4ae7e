import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Args, BaseCommand } from '../lib/cli/base-command.ts';
import { type CompletionCommand, formatCompletionScript, type Shell } from '../lib/cli/completion-script.ts';

interface CompletionResult {
  readonly shell: string;
  readonly script: string;
}

interface Manifest {
  readonly commands: Record<string, { summary?: string; hidden?: boolean; flags?: Record<string, unknown> }>;
}

export default class Completion extends BaseCommand {
  static override summary = 'Print the completion script of a shell.';
  static override description = "Source it from the shell's start-up file.";
  static override examples = [
    'source <(<%= config.bin %> completion bash)',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/streamctl.fish',
  ];
  static override args = {
    shell: Args.string({
      description: 'bash, zsh or fish.',
      options: ['bash', 'zsh', 'fish'],
      required: true,
    }),
  };

  async run(): Promise<CompletionResult> {
    const { args } = await this.parse(Completion);
    const text = await readFile(join(this.config.root, 'oclif.manifest.json'), 'utf8');
    const bash = await readFile(join(this.config.root, 'templates/completion.bash'), 'utf8');
    const script = formatCompletionScript(
      args.shell as Shell,
      listCommands(JSON.parse(text) as Manifest),
      bash,
    );
    this.log(script.trimEnd());
    return { shell: args.shell, script };
  }
}

function listCommands({ commands }: Manifest): CompletionCommand[] {
  return Object.entries(commands)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([id, { summary, flags }]) => ({
      words: id.replaceAll(':', ' '),
      summary: summary ?? '',
      flags: ['--help', ...Object.keys(flags ?? {}).map((flag) => `--${flag}`)],
    }));
}
