import { BaseCommand } from '../../lib/cli/base-command.ts';
import { useStoreReader } from '../../lib/cli/use-store.ts';
import { formatStreams } from '../../lib/cli/views/format-streams.ts';
import { type ListedStream, listStreams } from '../../lib/streams/list-streams.ts';

export default class StreamList extends BaseCommand {
  static override summary = 'List the streams, their key ids and who publishes them.';
  static override description = 'Keys themselves are never shown again. How the streams play is for status.';
  static override examples = ['<%= config.bin %> stream list', '<%= config.bin %> stream list --json'];

  async run(): Promise<{ readonly streams: readonly ListedStream[] }> {
    await this.parse(StreamList);
    const streams = await useStoreReader(await this.loadCluster(), listStreams);
    for (const line of formatStreams(streams, Date.now())) this.log(line);
    return { streams };
  }
}
