import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { chooseClusterDir } from '../lib/cli/context.ts';
import { type History, loadHistory } from '../lib/cli/load-history.ts';
import { outputColumns } from '../lib/cli/terminal-size.ts';
import { formatHistory } from '../lib/cli/views/format-history.ts';
import { COLOURED, PLAIN } from '../lib/cli/views/paint.ts';

export default class HistoryCommand extends BaseCommand {
  static override summary = 'List who did what to the cluster, and when.';
  static override description =
    'Ups, downs, drills, changes of the ring, streams and keys, stolen locks; the newest last. From the journal in the folder of the cluster, and, when it answers, from the store, which knows of other machines too. A command that was killed on its way is unfinished: the same again goes on.';
  static override examples = ['<%= config.bin %> history', '<%= config.bin %> history -n 100 --json'];
  static override flags = {
    count: Flags.integer({ char: 'n', summary: 'How many entries.', default: 20, min: 1, max: 10_000 }),
  };

  async run(): Promise<History> {
    const { flags } = await this.parse(HistoryCommand);
    const history = await loadHistory(await chooseClusterDir(flags), flags.count);
    const columns = outputColumns(process.stdout);
    for (const line of formatHistory(history, columns, this.colour ? COLOURED : PLAIN)) this.log(line);
    return history;
  }
}
