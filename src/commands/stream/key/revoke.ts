import { Args, BaseCommand, Flags } from '../../../lib/cli/base-command.ts';
import { confirm } from '../../../lib/cli/confirm.ts';
import { operatorName, useStore } from '../../../lib/cli/use-store.ts';
import { revokeKey } from '../../../lib/streams/streams.ts';

export default class StreamKeyRevoke extends BaseCommand {
  static override summary = "End one of a stream's keys, or all of them.";
  static override description =
    'A publisher that is connected with the key is cut off within two seconds and cannot come back with it. To change keys ' +
    'without that, use stream key rotate: the old key stays good until the next rotation.';
  static override examples = [
    '<%= config.bin %> stream key revoke gala 3f9a1c02',
    '<%= config.bin %> stream key revoke gala --yes',
  ];
  static override args = {
    name: Args.string({ description: 'Name of the stream.', required: true }),
    keyid: Args.string({ description: 'Id of the key, from stream list; every key when absent.' }),
  };
  static override flags = { yes: Flags.boolean({ char: 'y', summary: 'Do not ask.' }) };

  async run(): Promise<{ readonly name: string; readonly ended: readonly string[] }> {
    const { args, flags } = await this.parse(StreamKeyRevoke);
    const { name, keyid: keyId } = args;
    const view = await this.loadCluster();
    await confirm(`End ${keyId === undefined ? 'every key' : `key ${keyId}`} of stream ${name}?`, {
      yes: flags.yes,
      silent: this.jsonEnabled(),
    });
    const ended = await useStore(view, (store) => revokeKey(store, { name, keyId, by: operatorName() }));
    this.log(
      ended.length === 0 ? `  stream ${name} had no key` : `  ✔ ended ${ended.join(', ')} of stream ${name}`,
    );
    return { name, ended };
  }
}
