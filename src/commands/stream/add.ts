import { Args, BaseCommand } from '../../lib/cli/base-command.ts';
import { publishPlaces } from '../../lib/cli/places.ts';
import { operatorName, useStore } from '../../lib/cli/use-store.ts';
import { formatIssuedKey } from '../../lib/cli/views/format-streams.ts';
import { addStream, type IssuedKey } from '../../lib/streams/streams.ts';

export default class StreamAdd extends BaseCommand {
  static override summary = 'Add a stream and show its key, once.';
  static override description =
    'Encoders publish to the address with the key as the name of the stream. The key is stored as a keyed hash ' +
    'alone: whoever loses it makes another with stream key rotate.';
  static override examples = [
    '<%= config.bin %> stream add gala',
    '<%= config.bin %> stream add gala --json',
  ];
  static override args = {
    name: Args.string({ description: 'Lower-case letters, digits and hyphens; at most 63.', required: true }),
  };

  async run(): Promise<IssuedKey> {
    const { args } = await this.parse(StreamAdd);
    const view = await this.loadCluster();
    const made = (key: IssuedKey): void => {
      for (const line of formatIssuedKey('added', key, publishPlaces(view.peers))) this.log(line);
    };
    return await useStore(view, (store) => addStream(store, { name: args.name, by: operatorName(), made }));
  }
}
