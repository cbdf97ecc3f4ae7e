/** `region remove`: its streams move away while it still serves, then its nodes leave the ring, the spec and their machines. */
import { StreamctlError } from '../../base/errors.ts';
import { combine, setState } from '../../membership/edits.ts';
import type { SpecFile } from '../../provision/ring/spec-file.ts';
import type { SpecEdit } from '../../spec/edit/edit-spec.ts';
import { editSpec } from '../../spec/edit/edit-spec.ts';
import { parseSpec } from '../../spec/parse-spec.ts';
import { loadRing } from '../../store/ring.ts';
import type { Store } from '../../store/store.ts';
import { confirmByName } from '../confirm.ts';
import { refuseLoss } from '../ring/plan-report.ts';
import type { ClusterCall } from '../ring/ring-change-command.ts';
import { checkRegion } from '../ring/ring-page.ts';
import { planSimpleChange } from '../ring/simple-change.ts';
import { formatPlan } from '../views/format-plan.ts';
import type { RegionChange } from './add-region.ts';
import { applySpecChange, planSpecChange } from './change-spec.ts';

export interface RegionRemoval {
  readonly region: string;
  /** `--confirm`. */
  readonly confirmed: string | undefined;
}

/** Removes a region. Throws CONFLICT for the last one, or when its streams have nowhere to go; and what `up` throws. */
export async function removeRegion(
  store: Store,
  place: ClusterCall,
  { region, confirmed }: RegionRemoval,
): Promise<RegionChange> {
  const { view, call } = place;
  checkRegion(view, region);
  if (view.regions.length === 1) {
    throw new StreamctlError('CONFLICT', `${region} is the only region of cluster ${view.name}`, {
      hint: 'To stop the cluster: streamctl down',
    });
  }
  const plan = await planSpecChange(place, (file) => chooseEdits(file, region));
  await refuseUnmovable(store, place, region);
  const tell = call.dryRun ? call.print : call.say;
  for (const line of formatPlan(plan, { next: false })) tell(line);
  const nodes = view.peers.filter((peer) => peer.region === region).map(({ name }) => name);
  const report = { cluster: view.name, region, nodes, plan };
  if (call.dryRun) return { ...report, dryRun: true, changed: false, streams: [] };
  await confirmByName(`Remove region ${region} with ${nodes.join(', ')}? Viewers there go elsewhere.`, {
    name: region,
    given: confirmed,
    silent: call.silent,
  });
  const streams = await applySpecChange(place, (file) => chooseEdits(file, region));
  call.print(`  region ${region} is gone; logs and data of its nodes stay where they were`);
  return { ...report, dryRun: false, changed: true, streams };
}

/**
 * Its nodes go, then the region. Addresses that follow from a region's position would move with it: nodes of later regions are
 * held to theirs.
 */
function chooseEdits(file: SpecFile, region: string): SpecEdit[] {
  const own = file.spec.nodes.filter((node) => node.region === region);
  const removals: SpecEdit[] = [
    ...own.map(({ name }): SpecEdit => ({ kind: 'remove-node', name })),
    { kind: 'remove-region', region },
  ];
  const included = own.some(({ name }) => file.included.has(name));
  const after = included
    ? null
    : parseSpec(removals.reduce(editSpec, file.text), file.path, file.includes).spec;
  const moved = (after?.nodes ?? []).filter(
    ({ name, address }) => file.spec.nodes.find((node) => node.name === name)?.address !== address,
  );
  const held = moved.map(({ name }): SpecEdit => {
    const { address } = file.spec.nodes.find((node) => node.name === name)!;
    return { kind: 'set-address', name, address };
  });
  return [...held, ...removals];
}

/** `up` would wait in vain for streams that no other node can take. */
async function refuseUnmovable(store: Store, { view }: ClusterCall, region: string): Promise<void> {
  const ring = await loadRing(store);
  const leaving = (ring?.nodes ?? []).filter((node) => node.region === region && node.state === 'active');
  if (leaving.length === 0) return;
  const edit = combine(leaving.map(({ name }) => setState(name, 'draining')));
  refuseLoss(await planSimpleChange(store, view, { what: `region remove ${region}`, edit }));
}
