import { Args, BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { ownProgram } from '../../lib/cli/own-program.ts';
import { operatorName, useStore } from '../../lib/cli/use-store.ts';
import { parsePicture } from '../../lib/publisher/parse-picture.ts';
import { runTestPublisher } from '../../lib/publisher/run-publisher.ts';
import {
  detachTestPublisher,
  prepareTestPublisher,
  stopTestPublisher,
} from '../../lib/streams/test-publisher.ts';

interface PublishTestResult {
  readonly stream: string;
  /** `ended`: it ran in the foreground. */
  readonly publisher: 'ended' | 'started' | 'unchanged' | 'stopped' | 'absent';
}

export default class PublishTest extends BaseCommand {
  static override summary = 'Publish a moving test picture with sound, clock and frame counter.';
  static override description =
    'Runs until Ctrl-C, or with --detach in the background, where it reconnects by itself and survives the loss of any node: by ' +
    'way of a relay it publishes to the ingests of two regions, unless --region names one. It uses a key of its own. The ' +
    'squares at the bottom are the frame number in binary, for measuring latency.';
  static override examples = [
    '<%= config.bin %> publish test demo',
    '<%= config.bin %> publish test demo --region eu --size 1920x1080 --fps 60 --kbps 6000',
    '<%= config.bin %> publish test demo --detach',
    '<%= config.bin %> publish test demo --stop',
  ];
  static override args = { name: Args.string({ description: 'Name of the stream.', required: true }) };
  static override flags = {
    region: Flags.string({
      summary: 'Region of the only ingest. [default: with --detach two regions, else the first]',
      helpValue: 'REGION',
    }),
    size: Flags.string({ summary: 'Size of the picture.', default: '1280x720', helpValue: 'WxH' }),
    fps: Flags.string({ summary: 'Frames a second.', default: '30', helpValue: 'N' }),
    kbps: Flags.integer({ summary: 'Video bit rate.', default: 3000, min: 50, max: 100_000 }),
    audio: Flags.boolean({ summary: 'With a tone.', default: true, allowNo: true }),
    detach: Flags.boolean({ summary: 'Keep it running in the background.', exclusive: ['stop'] }),
    stop: Flags.boolean({ summary: 'End the one in the background.' }),
  };

  async run(): Promise<PublishTestResult> {
    const { args, flags } = await this.parse(PublishTest);
    const stream = args.name;
    const view = await this.loadCluster();
    if (flags.stop) return this.#say(stream, (await stopTestPublisher(view, stream)) ? 'stopped' : 'absent');
    const { region, kbps, audio } = flags;
    const choice = {
      stream,
      region,
      kbps,
      audio,
      ...parsePicture(flags.size, flags.fps),
      by: operatorName(),
      program: ownProgram(),
    };
    if (flags.detach) {
      const started = await useStore(view, (store) => detachTestPublisher(view, store, choice));
      return this.#say(stream, started ? 'started' : 'unchanged');
    }
    const publisher = await useStore(view, (store) => prepareTestPublisher(view, store, choice));
    this.progress(
      `  publishing ${stream} to rtmp://${publisher.address}:${publisher.rtmpPort}/live · Ctrl-C ends it`,
    );
    this.interruptedStatus = 0;
    const onDropped = (said: string): void => this.progress(`  connection dropped, trying again · ${said}`);
    await runTestPublisher(publisher, { signal: this.signal, onDropped });
    return this.#say(stream, 'ended');
  }

  #say(stream: string, publisher: PublishTestResult['publisher']): PublishTestResult {
    const words = {
      ended: 'ended',
      started: 'started',
      unchanged: 'runs already',
      stopped: 'stopped',
      absent: 'was not running',
    };
    this.log(`  test publisher of ${stream}: ${words[publisher]}`);
    return { stream, publisher };
  }
}
