import { resolve } from 'node:path';
import { askForSpec } from '../lib/cli/ask-for-spec.ts';
import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { DEFAULT_SPEC } from '../lib/cli/context.ts';
import { writeNewSpec } from '../lib/cli/write-new-spec.ts';

interface InitResult {
  readonly file: string;
  readonly cluster: string;
  readonly regions: readonly string[];
  readonly nodes: readonly string[];
}

export default class Init extends BaseCommand {
  static override summary = 'Write a spec to start from.';
  static override description =
    'Asks at a terminal; elsewhere, or with --yes, takes the flags and the usual answers. Never overwrites a file.';
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --yes --name charity --region us --region eu --region ap',
    '<%= config.bin %> init --yes --spec clusters/small.yaml --region home --nodes 1',
    '<%= config.bin %> init --yes --driver ssh --region us --region eu',
  ];
  static override flags = {
    name: Flags.string({ summary: 'Name of the cluster. [default: demo]', helpValue: 'NAME' }),
    region: Flags.string({
      summary: 'Name of a region; repeat for more. [default: us, eu]',
      helpValue: 'NAME',
      multiple: true,
    }),
    nodes: Flags.integer({
      summary: 'Nodes per region: 1 (all roles), or more (the first makes, the others serve). [default: 2]',
      min: 1,
      max: 50,
    }),
    driver: Flags.option({
      summary: 'Where nodes are: addresses of this machine, or machines reached by ssh.',
      options: ['local', 'ssh'] as const,
      default: 'local',
    })(),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask: flags and defaults decide.' }),
  };

  async run(): Promise<InitResult> {
    const { flags } = await this.parse(Init);
    const file = resolve(flags.spec ?? DEFAULT_SPEC);
    const { name, region: regions, nodes: nodesPerRegion, driver } = flags;
    const given = { name, regions, nodesPerRegion, driver };
    const asks = !flags.yes && !this.jsonEnabled() && process.stdin.isTTY === true;
    const answers = await askForSpec(given, asks);
    const spec = await writeNewSpec(file, answers, this.config.root);
    this.log(
      `  ✔ wrote ${flags.spec ?? DEFAULT_SPEC} · cluster ${spec.cluster} · ${spec.nodes.length} nodes\n`,
    );
    if (driver === 'ssh') this.log('  Next       put the names of your machines in, then streamctl doctor');
    else this.log('  Next       streamctl up');
    return {
      file,
      cluster: spec.cluster,
      regions: spec.regions,
      nodes: spec.nodes.map(({ name }) => name),
    };
  }
}
