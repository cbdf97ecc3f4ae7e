/** Help texts, from the manifest that the build writes; loaded only when somebody asks. */
import { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';
import { EXIT } from '../base/errors.ts';
import type { CliPlace } from './main.ts';
import { writeWhole } from './output.ts';
import { outputColumns } from './terminal-size.ts';

/** Prints the help that the words ask for and returns the exit status. */
export async function showHelp(argv: readonly string[], place: CliPlace): Promise<number> {
  const config = await Config.load({ root: place.root });
  const words = argv.filter((word) => !word.startsWith('-') && word !== 'help');
  const help = new Help(config, { maxWidth: Math.min(outputColumns(process.stdout, 100), 110) });
  await help.showHelp(words.length > 0 ? [longestKnown(words, config)] : []);
  await writeWhole(process.stdout, '');
  return EXIT.ok;
}

/** `stream list demo` asks for the help of `stream:list`. */
function longestKnown(words: readonly string[], config: Config): string {
  for (let count = words.length; count > 0; count--) {
    const id = words.slice(0, count).join(':');
    if (config.findCommand(id) || config.findTopic(id)) return id;
  }
  return words[0]!;
}
