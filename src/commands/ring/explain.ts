import { StreamctlError } from '../../lib/base/errors.ts';
import { Args, BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { checkRegion } from '../../lib/cli/ring/ring-page.ts';
import { outputColumns } from '../../lib/cli/terminal-size.ts';
import { useStoreReader } from '../../lib/cli/use-store.ts';
import { formatRingLesson } from '../../lib/cli/views/format-ring-lesson.ts';
import { COLOURED, PLAIN } from '../../lib/cli/views/paint.ts';
import { loadRingFacts } from '../../lib/membership/load-ring-facts.ts';
import { prepareLesson, type RingLesson } from '../../lib/membership/ring-lesson.ts';
import { loadStreams } from '../../lib/store/load-streams.ts';

export default class RingExplain extends BaseCommand {
  static override summary = 'Explain on one screen how the ring decides who carries a stream.';
  static override description =
    "Consistent hashing, virtual nodes, bounded load and moves, with this cluster's own nodes, streams and numbers. The long version is docs/ring.md.";
  static override examples = [
    '<%= config.bin %> ring explain',
    '<%= config.bin %> ring explain demo --region eu',
  ];
  static override args = {
    stream: Args.string({ description: 'Stream to explain it with; one that runs when left out.' }),
  };
  static override flags = {
    region: Flags.string({
      summary: 'Region to explain it with; the one with most nodes when left out.',
      helpValue: 'NAME',
    }),
  };

  async run(): Promise<RingLesson> {
    const { args, flags } = await this.parse(RingExplain);
    const view = await this.loadCluster();
    const region = checkRegion(view, flags.region);
    const { facts, streams } = await useStoreReader(view, async (reader) => {
      const [found, known] = await Promise.all([loadRingFacts(reader), loadStreams(reader)]);
      return { facts: found, streams: known.map(({ name }) => name) };
    });
    const lesson = prepareLesson(facts, {
      cluster: view.name,
      region,
      regions: view.regions,
      streams,
      example: args.stream,
    });
    if (lesson === null)
      throw new StreamctlError('NOT_FOUND', `no node of the ring is in region ${region ?? ''}`);
    const columns = outputColumns(process.stdout);
    for (const line of formatRingLesson(lesson, columns, this.colour ? COLOURED : PLAIN)) this.log(line);
    return lesson;
  }
}
