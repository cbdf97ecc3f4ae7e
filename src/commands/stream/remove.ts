import { Args, BaseCommand, Flags } from '../../lib/cli/base-command.ts';
import { confirm } from '../../lib/cli/confirm.ts';
import { operatorName, useStore } from '../../lib/cli/use-store.ts';
import { removeStream } from '../../lib/streams/streams.ts';

export default class StreamRemove extends BaseCommand {
  static override summary = 'Remove a stream and end its keys.';
  static override description =
    'A publisher that is connected is cut off within two seconds, and its viewers see the stream end. A stream that the ' +
    'spec names is added again, with a new key, by the next up.';
  static override examples = [
    '<%= config.bin %> stream remove gala',
    '<%= config.bin %> stream remove gala --yes',
  ];
  static override args = { name: Args.string({ description: 'Name of the stream.', required: true }) };
  static override flags = { yes: Flags.boolean({ char: 'y', summary: 'Do not ask.' }) };

  async run(): Promise<{ readonly name: string }> {
    const { args, flags } = await this.parse(StreamRemove);
    const { name } = args;
    const view = await this.loadCluster();
    await confirm(`Remove stream ${name} from cluster ${view.name} and end its keys?`, {
      yes: flags.yes,
      silent: this.jsonEnabled(),
    });
    await useStore(view, (store) => removeStream(store, { name, by: operatorName() }));
    this.log(`  ✔ removed stream ${name}; its keys are no longer valid`);
    return { name };
  }
}
