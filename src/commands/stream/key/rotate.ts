import { Args, BaseCommand } from '../../../lib/cli/base-command.ts';
import { publishPlaces } from '../../../lib/cli/places.ts';
import { operatorName, useStore } from '../../../lib/cli/use-store.ts';
import { formatIssuedKey } from '../../../lib/cli/views/format-streams.ts';
import { type RotatedKey, rotateKey } from '../../../lib/streams/streams.ts';

export default class StreamKeyRotate extends BaseCommand {
  static override summary = 'Make a new key for a stream and show it, once.';
  static override description =
    'The key before stays valid, so that the encoder can be changed over at leisure; one older than that ' +
    'ends, and who still publishes with it is cut off. ' +
    'End the old one with stream key revoke once nobody uses it.';
  static override examples = [
    '<%= config.bin %> stream key rotate gala',
    '<%= config.bin %> stream key rotate gala --json',
  ];
  static override args = { name: Args.string({ description: 'Name of the stream.', required: true }) };

  async run(): Promise<RotatedKey> {
    const { args } = await this.parse(StreamKeyRotate);
    const view = await this.loadCluster();
    const made = (key: RotatedKey): void => {
      for (const line of formatIssuedKey('new key for', key, publishPlaces(view.peers))) this.log(line);
      if (key.ended.length > 0) this.log(`  ended      ${key.ended.join(', ')}`);
    };
    return await useStore(view, (store) => rotateKey(store, { name: args.name, by: operatorName(), made }));
  }
}
