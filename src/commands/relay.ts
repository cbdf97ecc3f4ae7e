import { StreamctlError } from '../lib/base/errors.ts';
import { Args, BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { describeRelay, RelayTeller } from '../lib/cli/relay-story.ts';
import { runRelay } from '../lib/cli/run-relay.ts';
import { chooseTargets } from '../lib/publisher/relay/choose-targets.ts';
import { parseListen, parseTarget } from '../lib/publisher/relay/play-path.ts';
import type { RelayReport } from '../lib/publisher/relay/relay-report.ts';

export default class RelayCommand extends BaseCommand {
  static override summary = 'Send what one encoder publishes to the ingests of two regions.';
  static override description =
    'Runs beside an encoder that can send to one address only, on any machine: no cluster is needed there. Every ingest gets ' +
    'the same frames with the same timestamps, so that losing one costs nothing. An ingest that hangs, refuses or dies holds up ' +
    'nobody; it is tried again. With the name of a stream, the ingests are those of two regions of the cluster on this ' +
    'machine; the key must be given all the same, since the cluster keeps no keys that could be read.\n\n' +
    'The key is read from a file, or from standard input. With --json each change is one line. Runs until Ctrl-C.';
  static override examples = [
    '<%= config.bin %> relay --to rtmp://us.example.com/live --to rtmp://eu.example.com/live --key-file gala.key',
    '<%= config.bin %> relay --listen 192.168.1.20:1935 --to rtmp://us.example.com/live --to rtmp://eu.example.com/live --key-file -',
    '<%= config.bin %> relay gala --key-file gala.key --json',
  ];
  static override args = {
    stream: Args.string({ description: 'Stream of the cluster on this machine, instead of --to.' }),
  };
  static override flags = {
    listen: Flags.string({
      summary:
        'Where the encoder connects. On other addresses than 127.…, the encoder must use the stream key.',
      default: '127.0.0.1:1935',
      helpValue: 'ADDRESS:PORT',
    }),
    to: Flags.string({
      summary: 'An ingest; twice or more. The first one is preferred.',
      helpValue: 'URL',
      multiple: true,
    }),
    'key-file': Flags.string({
      summary: 'File with the stream key; - for standard input.',
      helpValue: 'FILE',
      required: true,
    }),
  };
  protected override readonly jsonLines = true;

  async run(): Promise<RelayReport & { readonly event: 'ended' }> {
    const { args, flags } = await this.parse(RelayCommand);
    const targets = await this.#targets(args.stream, flags.to ?? []);
    const listen = parseListen(flags.listen);
    this.interruptedStatus = 0;
    const teller = new RelayTeller(process.stdout, this.jsonEnabled());
    const report = await runRelay({
      ...{ listen, targets, keyFile: flags['key-file'], signal: this.signal },
      onReady: (relay) => {
        for (const line of describeRelay(relay.url, targets)) this.log(line);
        teller.start(relay);
      },
      onChange: (now) => teller.tell(now),
    }).finally(() => teller.close());
    return { event: 'ended', ...report };
  }

  async #targets(stream: string | undefined, to: readonly string[]): Promise<string[]> {
    if ((stream === undefined) === (to.length === 0)) {
      throw new StreamctlError('USAGE', 'relay needs either the name of a stream or --to', {
        hint: 'Name each ingest with --to rtmp://HOST/live.',
      });
    }
    if (stream === undefined) return to.map(parseTarget);
    return chooseTargets((await this.loadCluster()).peers);
  }
}
