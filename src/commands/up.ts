import { EXIT } from '../lib/base/errors.ts';
import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { type Place, publishPlaces, watchPlaces } from '../lib/cli/places.ts';
import { wordUnshown } from '../lib/cli/run-up-steps.ts';
import { runUp } from '../lib/cli/up-action.ts';
import { formatMadeKey } from '../lib/cli/views/format-streams.ts';
import { withoutFlag } from '../lib/cli/without-flag.ts';
import type { Change } from '../lib/provision/changes.ts';
import type { OperationNote } from '../lib/store/operations.ts';

interface UpResult {
  readonly cluster: string;
  readonly changed: boolean;
  readonly changes: readonly Change[];
  /** Streams made now; their keys are shown this once. */
  readonly streams: readonly { readonly name: string; readonly key: string }[];
  /** Streams whose key nobody may have seen, because the command that made it was stopped: `stream key rotate` makes another. */
  readonly unshown: readonly string[];
  readonly watch: readonly Place[];
  readonly publish: readonly Place[];
  /** A command that was killed on its way, and that this one continued. */
  readonly resumed: OperationNote | null;
  /** Nodes that were left as they are; the exit status is then 10. */
  readonly without: readonly string[];
}

export default class Up extends BaseCommand {
  static override summary = 'Make the cluster of a spec run, or run as the spec says now.';
  static override description =
    'Starts what is missing, restarts only what changed, and changes nothing when all is well. Killed at any moment, it continues when run again. Keys of new streams are shown once. Nodes and regions that the spec no longer has are only taken out when somebody agrees. With --plan it refuses when the spec, the program or the cluster is not as it was for that plan, and says what moved. With --without it leaves nodes as they are whose machines are away, does the rest, and ends with status 10.';
  static override examples = [
    '<%= config.bin %> up',
    '<%= config.bin %> up --spec clusters/charity.yaml --wait',
    '<%= config.bin %> up --plan 1c0ffee123-4a5b6c7d8e-0123456789-abcdef0123',
    '<%= config.bin %> up --confirm=charity --json',
    '<%= config.bin %> up --without eu-2',
  ];
  static override flags = {
    plan: Flags.string({
      summary: 'Digest of a plan, or file with one: do nothing unless it still holds.',
      helpValue: 'DIGEST',
    }),
    confirm: Flags.string({
      summary: 'Name of the cluster, to agree that nodes or regions are taken out.',
      helpValue: 'NAME',
    }),
    without: withoutFlag(),
    wait: Flags.boolean({ summary: 'Wait while another command changes the cluster, instead of failing.' }),
  };

  async run(): Promise<UpResult> {
    const { flags } = await this.parse(Up);
    const { spec, changes, streams, unshown, resumed, without } = await runUp({
      spec: flags.spec,
      cluster: flags.cluster,
      wait: flags.wait,
      planned: flags.plan,
      confirmed: flags.confirm,
      without: flags.without,
      command: 'streamctl up',
      root: this.config.root,
      version: this.config.version,
      silent: this.jsonEnabled(),
      signal: this.signal,
      say: (line) => this.progress(line),
      print: (line) => this.log(line),
    });
    const watch = watchPlaces(spec.nodes, streams[0]?.name ?? Object.keys(spec.streams)[0] ?? 'STREAM');
    const publish = publishPlaces(spec.nodes);
    this.log(changes.length === 0 ? `\n  cluster ${spec.cluster} runs already; nothing changed` : '');
    this.log(`  Watch      ${watch.map(({ url }) => url).join('\n             ')}`);
    this.log(`  Publish    ${publish.map(({ url }) => url).join('\n             ')}`);
    for (const stream of streams) this.log(formatMadeKey(stream));
    if (unshown.length > 0) this.log(`  No key     ${wordUnshown(unshown)}`);
    if (without.length > 0) {
      this.log(`  Left out   ${without.join(', ')}; when back: streamctl up`);
      this.exitWith(EXIT.partlyDone);
    }
    const changed = changes.length > 0;
    return { cluster: spec.cluster, changed, changes, streams, unshown, watch, publish, resumed, without };
  }
}
