import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { checkRegion, formatRingPage, loadRingPage } from '../../lib/cli/ring/ring-page.ts';
import { writeDrawing } from '../../lib/cli/ring/write-drawing.ts';
import { outputColumns } from '../../lib/cli/terminal-size.ts';
import { COLOURED, PLAIN } from '../../lib/cli/views/paint.ts';
import type { RingDescription } from '../../lib/membership/describe-ring.ts';

interface RingShowResult extends RingDescription {
  /** The node whose agent told of the ring because the store did not answer; else null. */
  readonly heardFrom: string | null;
}

export default class RingShow extends BaseCommand {
  static override summary = 'Show the ring: its nodes, their shares and loads, and the circle.';
  static override description =
    `For each region the nodes with their share of the circle and the streams and encoder load that they
carry, against the fair share. At a terminal the circle is drawn, too: each letter is a node, each number a
stream at its place. While the store is away it is what the agents last heard, which it says. If that is new to you, begin with ring explain, or docs/ring.md.`;
  static override examples = [
    '<%= config.bin %> ring show',
    '<%= config.bin %> ring show --region eu',
    '<%= config.bin %> ring show --svg ring.svg',
    '<%= config.bin %> ring show --json',
  ];
  static override flags = {
    region: Flags.string({ summary: 'One region alone.', helpValue: 'NAME' }),
    draw: Flags.boolean({ summary: 'Draw the circle; at a terminal it is drawn anyway.', allowNo: true }),
    svg: Flags.string({ summary: 'Draw the ring into this file, in full.', helpValue: 'FILE' }),
  };

  async run(): Promise<RingShowResult> {
    const { flags } = await this.parse(RingShow);
    const view = await this.loadCluster();
    const page = await loadRingPage(view, checkRegion(view, flags.region));
    const terminal = process.stdout.isTTY === true;
    const columns = outputColumns(process.stdout);
    const paint = this.colour ? COLOURED : PLAIN;
    for (const line of formatRingPage(page, { columns, paint, draw: flags.draw ?? terminal })) this.log(line);
    if (flags.svg !== undefined) {
      const { formatRingSvg } = await import('../../lib/cli/views/ring-svg.ts');
      await writeDrawing(flags.svg, formatRingSvg(page));
      this.log(`\n  drawn   ${flags.svg}`);
    }
    return { ...page.ring, heardFrom: page.heardFrom };
  }
}
