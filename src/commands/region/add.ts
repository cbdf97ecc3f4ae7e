import { StreamctlError } from '../../lib/base/errors.ts';
import { Args, Flags } from '../../lib/cli/base-command.ts';
import { addRegion, type RegionChange } from '../../lib/cli/region/add-region.ts';
import { MACHINE_FLAGS, RingChangeCommand } from '../../lib/cli/ring/ring-change-command.ts';

export default class RegionAdd extends RingChangeCommand {
  static override summary = 'Add a region with the shape of another one.';
  static override description =
    'Its nodes get the roles, weights, capacities and ports of those of the other region, with new names and places; a store is not copied. They are written into the spec, and the rest is as with up: it shows the plan, asks, starts them and lets them into the ring. Killed on its way it is continued by up.';
  static override examples = [
    '<%= config.bin %> region add ap --like eu',
    '<%= config.bin %> region add ap --like eu --nodes 203.0.113.7,203.0.113.8 --yes',
    '<%= config.bin %> region add ap --like eu --nodes 3 --dry-run --json',
  ];
  static override args = { region: Args.string({ description: 'Name of the new region.', required: true }) };
  static override flags = {
    like: Flags.string({ summary: 'Region whose shape is copied.', helpValue: 'REGION', required: true }),
    nodes: Flags.string({
      summary:
        'Hosts of its nodes (addresses of this machine for local ones), separated by commas, or how many.',
      helpValue: 'HOSTS',
    }),
    ...MACHINE_FLAGS,
    'dry-run': Flags.boolean({ summary: 'Say what would be done, and change nothing.' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask.' }),
  };

  async run(): Promise<RegionChange> {
    const { args, flags } = await this.parse(RegionAdd);
    const nodes = flags.nodes === undefined ? null : parseNodes(flags.nodes);
    const view = await this.loadCluster();
    const wish = { region: args.region, like: flags.like, nodes };
    return await addRegion({ view, call: this.ringCall(flags) }, wish);
  }
}

/** `3`, or places. */
function parseNodes(given: string): number | readonly string[] {
  if (/^[1-9]\d?$/.test(given)) return Number(given);
  const places = given.split(',').map((place) => place.trim());
  if (places.every((place) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(place))) return places;
  throw new StreamctlError('USAGE', `--nodes ${given} is neither a number up to 99 nor a list of hosts`, {
    hint: 'Write 3, or 203.0.113.7,203.0.113.8.',
  });
}
