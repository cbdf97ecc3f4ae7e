import { StreamctlError } from '../../lib/base/errors.ts';
import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { readLines } from '../../lib/cli/ring/read-lines.ts';
import { outputColumns } from '../../lib/cli/terminal-size.ts';
import { useStoreReader } from '../../lib/cli/use-store.ts';
import { formatLocations } from '../../lib/cli/views/format-locations.ts';
import { COLOURED, PLAIN } from '../../lib/cli/views/paint.ts';
import { loadRingFacts } from '../../lib/membership/load-ring-facts.ts';
import { locateStreams, type StreamLocation } from '../../lib/membership/locate-stream.ts';

interface LocateResult {
  readonly epoch: number;
  readonly streams: readonly StreamLocation[];
}

export default class RingLocate extends BaseCommand {
  static override summary = 'Say where streams belong, where they run, and why if that differs.';
  static override description =
    `For each stream and region the owner by the ring, its successors, and the nodes that run it now. A name that is
no stream is located, too: that is where it would belong. With - names are read from standard input, one a line.`;
  static override examples = [
    '<%= config.bin %> ring locate demo',
    '<%= config.bin %> ring locate demo gala --region us --json',
    'cut -d, -f1 streams.csv | <%= config.bin %> ring locate -',
  ];
  static override strict = false;
  static override usage = 'ring locate STREAM... | - [--region NAME]';
  static override flags = { region: Flags.string({ summary: 'One region alone.', helpValue: 'NAME' }) };

  async run(): Promise<LocateResult> {
    const { argv, flags } = await this.parse(RingLocate);
    const names = argv as string[];
    if (names.length === 0) {
      throw new StreamctlError('USAGE', 'locate which stream?', {
        hint: 'Name one or more, or pass - and write names to standard input.',
      });
    }
    const view = await this.loadCluster();
    const keys = names.length === 1 && names[0] === '-' ? await readLines(process.stdin) : names;
    const facts = await useStoreReader(view, (reader) => loadRingFacts(reader, keys));
    const result = { epoch: facts.ring.epoch, streams: locateStreams(facts, keys, flags.region) };
    if (this.jsonEnabled()) return result;
    const columns = outputColumns(process.stdout, Number.POSITIVE_INFINITY);
    for (const line of formatLocations(result.streams, columns, this.colour ? COLOURED : PLAIN))
      this.log(line);
    return result;
  }
}
