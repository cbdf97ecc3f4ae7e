import { systemClock } from '../../lib/base/clock.ts';
import { parseDurationMs } from '../../lib/base/duration.ts';
import { BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { formatViewerProgress, formatViewerReport } from '../../lib/cli/views/viewer-report.ts';
import { directWays } from '../../lib/spec/public-urls.ts';
import { connectDirectly } from '../../lib/viewer/connection.ts';
import { playlistUrls } from '../../lib/viewer/playlist-urls.ts';
import { runViewers } from '../../lib/viewer/run-viewers.ts';
import type { ViewerReport } from '../../lib/viewer/viewer-report.ts';

export default class ViewerRun extends BaseCommand {
  static override summary = 'Play a stream with many simulated viewers and say what they saw.';
  static override description =
    'Each viewer fetches over real HTTP what a browser would, with a model of a buffer instead of a decoder. ' +
    'Interrupting it ends the run early and still prints the report.';
  static override examples = [
    '<%= config.bin %> viewer run --count 100 --region eu',
    '<%= config.bin %> viewer run --count 1000 --duration 10m --json',
    '<%= config.bin %> viewer run --loader none --region eu',
    '<%= config.bin %> viewer run --url http://127.1.1.1:8080/live/demo/index.m3u8 --duration 5s',
  ];
  static override flags = {
    count: Flags.integer({ summary: 'How many viewers.', default: 1, min: 1, max: 10_000 }),
    region: Flags.string({ summary: 'Region whose edges they ask. [default: all]', helpValue: 'REGION' }),
    stream: Flags.string({ summary: 'Stream to play.', default: 'demo', helpValue: 'STREAM' }),
    url: Flags.string({
      summary: 'A multivariant playlist to play instead (http).',
      helpValue: 'URL',
      exclusive: ['region', 'stream'],
    }),
    duration: Flags.string({
      summary: 'How long, once all have started.',
      default: '30s',
      helpValue: 'TIME',
    }),
    rendition: Flags.string({
      summary: 'Rendition to play; auto spreads the viewers over the ladder.',
      default: 'auto',
      helpValue: 'NAME',
    }),
    loader: Flags.option({
      summary: 'With the hedged loader, or as hls.js plays by itself.',
      options: ['hedged', 'none'] as const,
      default: 'hedged' as const,
    })(),
    'starts-per-second': Flags.integer({ summary: 'How fast viewers arrive.', default: 50, min: 1 }),
  };

  async run(): Promise<ViewerReport> {
    const { flags } = await this.parse(ViewerRun);
    const region = flags.region ?? null;
    const durationMs = parseDurationMs(flags.duration);
    const cluster = flags.url ? null : await this.loadCluster();
    const urls = cluster === null ? [flags.url!] : playlistUrls(cluster, flags.stream, region);
    const connect = connectDirectly(directWays(cluster?.peers ?? []));
    const report = await runViewers(
      {
        urls,
        durationMs,
        region,
        count: flags.count,
        stream: flags.url ? null : flags.stream,
        rendition: flags.rendition,
        loader: flags.loader,
        startsPerSec: flags['starts-per-second'],
        signal: this.signal,
      },
      {
        clock: systemClock,
        connect,
        onProgress: (progress) => this.progress(formatViewerProgress(progress)),
      },
    );
    this.log(formatViewerReport(report));
    return report;
  }
}
