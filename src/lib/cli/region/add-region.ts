/** `region add`: the shape of one region for other machines, the plan, the question, and then what `up` does. */
import { StreamctlError } from '../../base/errors.ts';
import type { MadeStream } from '../../provision/context.ts';
import type { SpecFile } from '../../provision/ring/spec-file.ts';
import type { NodeEntry, SpecEdit } from '../../spec/edit/edit-spec.ts';
import { type RegionWish, shapeRegion } from '../../spec/region-shape.ts';
import { confirm } from '../confirm.ts';
import type { UpPlan } from '../plan-action.ts';
import type { ClusterCall } from '../ring/ring-change-command.ts';
import { checkRegion } from '../ring/ring-page.ts';
import { formatPlan } from '../views/format-plan.ts';
import { applySpecChange, planSpecChange } from './change-spec.ts';

/** What `region add --json` and `region remove --json` print. */
export interface RegionChange {
  readonly cluster: string;
  readonly region: string;
  readonly dryRun: boolean;
  readonly changed: boolean;
  /** Nodes that come or go. */
  readonly nodes: readonly string[];
  readonly plan: UpPlan;
  /** Streams that the store lacked and that were made on the way; their keys are shown this once. */
  readonly streams: readonly MadeStream[];
}

/** Adds a region that is like another. Throws CONFLICT when there is one of that name, and what `up` throws. */
export async function addRegion(place: ClusterCall, wish: RegionWish): Promise<RegionChange> {
  const { view, call } = place;
  const { region, like } = wish;
  checkRegion(view, like);
  let nodes: readonly NodeEntry[] = [];
  const choose = (file: SpecFile): SpecEdit[] => {
    refuseKnown(file, region);
    nodes = shapeRegion(file.raw, wish);
    const edits = nodes.map((node): SpecEdit => ({ kind: 'add-node', node }));
    return [{ kind: 'add-region', region }, ...edits];
  };
  const plan = await planSpecChange(place, choose);
  const tell = call.dryRun ? call.print : call.say;
  for (const line of [...formatShape(nodes, like), ...formatPlan(plan, { next: false })]) tell(line);
  const names = nodes.map(({ name }) => name);
  const report = { cluster: view.name, region, nodes: names, plan };
  if (call.dryRun) return { ...report, dryRun: true, changed: false, streams: [] };
  await confirm(`Add region ${region} with ${names.join(', ')}?`, call);
  const streams = await applySpecChange(place, choose);
  call.print(`  region ${region} is there: ${names.join(', ')}`);
  call.print('  streams move there as their publishers come; see streamctl region list');
  return { ...report, dryRun: false, changed: true, streams };
}

function refuseKnown({ spec }: SpecFile, region: string): void {
  if (!spec.regions.includes(region)) return;
  throw new StreamctlError('CONFLICT', `there is a region ${region} already`, {
    hint: `Add a node to it: streamctl ring add-node NAME --region ${region}`,
  });
}

function formatShape(nodes: readonly NodeEntry[], like: string): string[] {
  const rows = nodes.map((node) => {
    const { name, host, address, roles, weight, capacity, ports } = node;
    const more = [
      host ?? address ?? '',
      weight === null ? '' : `weight ${weight}`,
      capacity === null ? '' : `capacity ${capacity}`,
      ports == null
        ? ''
        : Object.entries(ports)
            .map(([port, number]) => `${port} ${number}`)
            .join(', '),
    ];
    return `    ${name.padEnd(12)}  ${[roles.join(', '), ...more].filter(Boolean).join(' · ')}`;
  });
  return [`  nodes, as those of ${like}`, '', ...rows, ''];
}
