import { parseSeconds } from '../lib/base/duration.ts';
import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { type FailureTime, failureTimes } from '../lib/player/failure-times.ts';
import { HLS_CONFIG, type HlsSettings } from '../lib/player/hls-config.ts';
import { hlsConfigAlone } from '../lib/player/hls-config-alone.ts';

interface PlayerConfigResult {
  readonly config: HlsSettings;
  readonly failures: readonly FailureTime[];
  /** Lines of a page that uses the hedged loader; with --without-loader, of one that does not. */
  readonly loader: readonly string[];
}

const LOADER_LINES = [
  "import { createHedgedLoader } from 'http://EDGE:8080/assets/hedged-loader.js';",
  'const hls = new Hls({ ...config, loader: createHedgedLoader(Hls) });',
];

const LINES_ALONE = [
  "const urls = ['EDGE', 'EDGE-OF-ANOTHER-REGION'].map((host) => 'http://' + host + ':8080/live/STREAM/index.m3u8');",
  'const hls = new Hls(config);',
  'const begin = () => { hls.loadSource(urls[0]); urls.push(urls.shift()); };',
  'hls.on(Hls.Events.ERROR, (_, { fatal }) => fatal && setTimeout(begin, 1000));',
];

export default class PlayerConfig extends BaseCommand {
  static override summary =
    'Print the hls.js settings for our streams, and how long a player takes to turn away.';
  static override description =
    'The settings are those of the player page. For each kind of failure: the longest time until hls.js turns to ' +
    'another rendition or pathway, until the hedged loader asks another region, and the arithmetic behind the first. ' +
    'Every edge serves the loader; two lines of a page use it. Without it hls.js leaves a lost edge by itself, over the pathways ' +
    'of the multivariant playlist, which is seen unless it plays some seconds behind live: --without-loader prints settings ' +
    'for that.';
  static override examples = [
    '<%= config.bin %> player-config',
    '<%= config.bin %> player-config --format js > hls-config.js',
    '<%= config.bin %> player-config --part 0.2 --segment 1 --json',
    '<%= config.bin %> player-config --without-loader --format js > hls-config.js',
  ];
  static override flags = {
    format: Flags.option({
      summary: 'What to print: a table of failures after the settings, or an ES module.',
      options: ['text', 'js'] as const,
      default: 'text' as const,
    })(),
    part: Flags.string({
      summary: 'Part target of the stream, seconds.',
      default: '0.5',
      helpValue: 'SECONDS',
    }),
    segment: Flags.string({ summary: 'Segment duration, seconds.', default: '2', helpValue: 'SECONDS' }),
    'without-loader': Flags.boolean({
      summary: 'Settings for hls.js alone: farther behind live, so that it can leave an edge unseen.',
      default: false,
    }),
  };

  async run(): Promise<PlayerConfigResult> {
    const { flags } = await this.parse(PlayerConfig);
    const times = { partSec: parseSeconds(flags.part), targetDurationSec: parseSeconds(flags.segment) };
    const isAlone = flags['without-loader'];
    const config = isAlone ? hlsConfigAlone(times) : HLS_CONFIG;
    const failures = failureTimes(config, times);
    const settings = JSON.stringify(config, null, 2);
    const lines = isAlone ? LINES_ALONE : LOADER_LINES;
    this.log(
      flags.format === 'js'
        ? `${lines.map((line) => `// ${line}`).join('\n')}\nexport default ${settings};`
        : `${settings}\n\n${formatFailures(failures, isAlone)}\n\n${formatLines(lines, isAlone)}`,
    );
    return { config, failures, loader: lines };
  }
}

function formatFailures(failures: readonly FailureTime[], isAlone: boolean): string {
  const width = Math.max(...failures.map(({ failure }) => failure.length));
  const hedged = (text: string): string => (isAlone ? '' : `  ${text}`);
  const lines = failures.map(
    ({ failure, worstMs, hedgedMs, explanation }) =>
      `  ${failure.padEnd(width)}  ${seconds(worstMs)}${hedged(seconds(hedgedMs))}   ${explanation}`,
  );
  return [`  ${'when'.padEnd(width)}  at worst${hedged('  hedged')}   because`, ...lines].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(8);
}

function formatLines(lines: readonly string[], isAlone: boolean): string {
  const head = isAlone
    ? 'without the hedged loader; a player that gave up begins anew, elsewhere:'
    : 'with the hedged loader, which every edge serves:';
  return [`  ${head}`, ...lines.map((line) => `    ${line}`)].join('\n');
}
