import { StreamctlError } from '../../lib/base/errors.ts';
import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { writeDrawing } from '../../lib/cli/ring/write-drawing.ts';
import { outputColumns } from '../../lib/cli/terminal-size.ts';
import { formatRingSimulation } from '../../lib/cli/views/format-ring-simulation.ts';
import { COLOURED, PLAIN } from '../../lib/cli/views/paint.ts';
import { formatSimulationSvg } from '../../lib/ring/simulation/format-svg.ts';
import { type SimulationResult, simulateRing } from '../../lib/ring/simulation/simulate.ts';
import { SIMULATION_DEFAULTS as DEFAULTS } from '../../lib/ring/simulation/timeline.ts';

export default class RingSimulate extends BaseCommand {
  static override summary = 'Show how load would spread over nodes that join, leave and fail.';
  static override description =
    `Needs no cluster. Compares this ring, plain, bounded and with popular streams split, with round robin,
modulo, rendezvous and Maglev: the busiest node before, during and after each change, the viewers who have to
move, and the nodes to buy. The same flags give the same numbers everywhere. See docs/ring.md.`;
  static override examples = [
    '<%= config.bin %> ring simulate',
    '<%= config.bin %> ring simulate --nodes 300 --regions 3 --fail region --svg loads.svg',
    '<%= config.bin %> ring simulate --nodes 12 --streams 50 --viewers 20000 --fail 2 --json',
  ];
  static override flags = {
    nodes: Flags.integer({ summary: 'Nodes in all.', default: DEFAULTS.nodes, min: 1, max: 10_000 }),
    streams: Flags.integer({ summary: 'Streams.', default: DEFAULTS.streams, min: 1 }),
    viewers: Flags.integer({
      summary: 'Viewers at the peak.',
      default: DEFAULTS.viewers,
      min: 1,
      max: 20_000_000,
    }),
    regions: Flags.integer({
      summary: 'Regions, all of one size.',
      default: DEFAULTS.regions,
      min: 1,
      max: 50,
    }),
    add: Flags.integer({
      summary: 'Nodes that join, and later leave.',
      default: DEFAULTS.add,
      min: 1,
      max: 1000,
    }),
    fail: Flags.string({
      summary: 'What fails: a number of nodes, or "region".',
      default: String(DEFAULTS.fail),
    }),
    zipf: Flags.string({
      summary: 'How unequal streams are: exponent of Zipf’s law; 0 makes all equal.',
      default: String(DEFAULTS.zipf),
    }),
    'node-viewers': Flags.integer({
      summary: 'Viewers that one node can carry.',
      default: DEFAULTS.nodeViewers,
      min: 1,
    }),
    seed: Flags.integer({ summary: 'Another number gives other streams.', default: DEFAULTS.seed, min: 0 }),
    svg: Flags.string({ summary: 'Draw the loads into this file.', helpValue: 'FILE' }),
  };

  async run(): Promise<SimulationResult> {
    const { flags } = await this.parse(RingSimulate);
    const { nodes, streams, viewers, regions, add, seed } = flags;
    const result = simulateRing({
      ...DEFAULTS,
      ...{ nodes, streams, viewers, regions, add, seed },
      fail: readFailure(flags.fail),
      zipf: readExponent(flags.zipf),
      nodeViewers: flags['node-viewers'],
    });
    const width = outputColumns(process.stdout);
    for (const line of formatRingSimulation(result, width, this.colour ? COLOURED : PLAIN)) this.log(line);
    if (flags.svg !== undefined) {
      await writeDrawing(flags.svg, formatSimulationSvg(result));
      this.log(`\n  drawn   ${flags.svg}`);
    }
    return result;
  }
}

function readFailure(word: string): number | 'region' {
  if (word === 'region') return word;
  if (/^[1-9]\d{0,4}$/.test(word)) return Number(word);
  throw new StreamctlError(
    'USAGE',
    `simulate a ring: --fail ${word} is neither a number of nodes nor "region"`,
  );
}

function readExponent(word: string): number {
  if (/^[0-3](\.\d+)?$/.test(word)) return Number(word);
  throw new StreamctlError('USAGE', `simulate a ring: --zipf ${word} is no number from 0 to below 4`);
}
