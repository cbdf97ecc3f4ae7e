import { parseSeconds } from '../lib/base/duration.ts';
import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { type FailureTime, failureTimes } from '../lib/player/failure-times.ts';
import { HLS_CONFIG, type HlsSettings } from '../lib/player/hls-config.ts';

interface PlayerConfigResult {
  readonly config: HlsSettings;
  readonly failures: readonly FailureTime[];
  /** Lines of a page that uses the hedged loader. */
  readonly loader: readonly string[];
}

const LOADER_LINES = [
  "import { createHedgedLoader } from 'http://EDGE:8080/assets/hedged-loader.js';",
  'const hls = new Hls({ ...config, loader: createHedgedLoader(Hls) });',
];

export default class PlayerConfig extends BaseCommand {
  static override summary =
    'Print the hls.js settings for our streams, and how long a player takes to turn away.';
  static override description =
    'The settings are those of the player page. For each kind of failure: the longest time until hls.js turns to ' +
    'another rendition or pathway, until the hedged loader asks another region, and the arithmetic behind the first. ' +
    'Every edge serves the loader; two lines of a page use it.';
  static override examples = [
    '<%= config.bin %> player-config',
    '<%= config.bin %> player-config --format js > hls-config.js',
    '<%= config.bin %> player-config --part 0.2 --segment 1 --json',
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
  };

  async run(): Promise<PlayerConfigResult> {
    const { flags } = await this.parse(PlayerConfig);
    const times = { partSec: parseSeconds(flags.part), targetDurationSec: parseSeconds(flags.segment) };
    const failures = failureTimes(HLS_CONFIG, times);
    const settings = JSON.stringify(HLS_CONFIG, null, 2);
    this.log(
      flags.format === 'js'
        ? `${LOADER_LINES.map((line) => `// ${line}`).join('\n')}\nexport default ${settings};`
        : `${settings}\n\n${formatFailures(failures)}\n\n${formatLoader()}`,
    );
    return { config: HLS_CONFIG, failures, loader: LOADER_LINES };
  }
}

function formatFailures(failures: readonly FailureTime[]): string {
  const width = Math.max(...failures.map(({ failure }) => failure.length));
  const lines = failures.map(
    ({ failure, worstMs, hedgedMs, explanation }) =>
      `  ${failure.padEnd(width)}  ${seconds(worstMs)}  ${seconds(hedgedMs)}   ${explanation}`,
  );
  return [`  ${'when'.padEnd(width)}  at worst   hedged   because`, ...lines].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(8);
}

function formatLoader(): string {
  return [
    '  with the hedged loader, which every edge serves:',
    ...LOADER_LINES.map((line) => `    ${line}`),
  ].join('\n');
}
