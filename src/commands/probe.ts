import { EXIT } from '../lib/base/errors.ts';
import { Args, BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { formatProbeResult } from '../lib/cli/views/format-probe-result.ts';
import { type ProbeResult, probeStream } from '../lib/probe/probe-stream.ts';

export default class Probe extends BaseCommand {
  static override summary = 'Check a live stream against the LL-HLS standard.';
  static override description =
    'Watches the playlists for some seconds with blocking reloads, fetches media, and names every rule with its ' +
    'section. The exit status is 11 when a rule is broken.';
  static override examples = [
    '<%= config.bin %> probe http://127.1.1.1:8080/live/demo/index.m3u8',
    '<%= config.bin %> probe http://127.1.1.1:8080/live/demo/index.m3u8 --seconds 10 --json',
  ];
  static override args = {
    url: Args.string({ required: true, description: 'The multivariant playlist.' }),
  };
  static override flags = {
    seconds: Flags.integer({ summary: 'How long to watch.', default: 4, min: 1, max: 600 }),
  };

  async run(): Promise<ProbeResult> {
    const { args, flags } = await this.parse(Probe);
    this.progress(`  watching ${args.url} for ${flags.seconds} s`);
    const result = await probeStream(args.url, { durationSec: flags.seconds, signal: this.signal });
    this.log(formatProbeResult(result));
    if (!result.ok) this.exitWith(EXIT.nonconformant);
    return result;
  }
}
