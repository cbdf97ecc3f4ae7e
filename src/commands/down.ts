import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { confirmByName } from '../lib/cli/confirm.ts';
import { chooseClusterDir, isFolder } from '../lib/cli/context.ts';
import { isRemote, runDown } from '../lib/cli/down-action.ts';

interface DownResult {
  readonly cluster: string;
  /** Processes that ran. */
  readonly stopped: number;
  /** Of these, the ones that had to be killed. */
  readonly killed: number;
  readonly purged: boolean;
}

const WAIT_MS = 10 * 60_000;

export default class Down extends BaseCommand {
  static override summary = 'Stop everything of a cluster, on this machine or on all of its machines.';
  static override description =
    'Leaves no process and no open port, also after crashes; run twice it does nothing the second time. Streams, keys, recordings and logs are kept unless --purge.';
  static override examples = [
    '<%= config.bin %> down',
    '<%= config.bin %> down --cluster demo',
    '<%= config.bin %> down --purge --confirm=demo',
  ];
  static override flags = {
    purge: Flags.boolean({ summary: 'Also delete its streams, keys, recordings and logs.' }),
    confirm: Flags.string({ summary: 'Name of the cluster, to agree to --purge.', helpValue: 'NAME' }),
    yes: Flags.boolean({
      char: 'y',
      summary: 'Do not ask; of machines that ssh reaches it takes --confirm.',
    }),
    wait: Flags.boolean({ summary: 'Wait while another command changes the cluster, instead of failing.' }),
  };

  async run(): Promise<DownResult> {
    const { flags } = await this.parse(Down);
    const { name, dir } = await chooseClusterDir(flags);
    const present = await isFolder(dir);
    if (flags.purge && present) {
      const question = `Delete the streams, keys, recordings and logs of cluster "${name}"?`;
      const given = flags.yes && !(await isRemote(dir)) ? name : flags.confirm;
      await confirmByName(question, { name, given, silent: this.jsonEnabled() });
    }
    const started = performance.now();
    const purge = flags.purge && present;
    const done = await runDown(
      { name, dir },
      { purge, waitMs: flags.wait ? WAIT_MS : 0, signal: this.signal, say: (line) => this.progress(line) },
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (!present) this.log(`  there is no cluster ${name} on this machine, so there was nothing to stop`);
    else if (done.stopped === 0)
      this.log(`  cluster ${name} was not running${done.purged ? '; its data is deleted' : ''}`);
    else this.log(`  ✔ stopped cluster ${name} · ${done.stopped} processes · ${seconds} s`);
    if (done.stopped > 0)
      this.log(done.purged ? '    its data is deleted' : '    its data is kept; streamctl up continues');
    return { cluster: name, ...done };
  }
}
