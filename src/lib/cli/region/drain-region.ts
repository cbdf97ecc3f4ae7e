import { StreamctlError } from '../../base/errors.ts';
import { combine, setState } from '../../membership/edits.ts';
import { loadRing } from '../../store/ring.ts';
import type { RingRecord } from '../../store/ring-records.ts';
import type { Store } from '../../store/store.ts';
import type { RingChangeReport } from '../ring/change-report.ts';
import type { ClusterCall } from '../ring/ring-change-command.ts';
import { checkRegion } from '../ring/ring-page.ts';
import { runSimpleChange } from '../ring/simple-change.ts';

/** Moves every stream away from the origins of a region, in one change of the ring. Throws CONFLICT for the last one. */
export async function drainRegion(
  store: Store,
  place: ClusterCall,
  region: string,
): Promise<RingChangeReport> {
  checkRegion(place.view, region);
  const nodes = (await loadRing(store))?.nodes ?? [];
  const own = nodes.filter((node) => node.region === region);
  const active = own.filter(({ state }) => state === 'active').map(({ name }) => name);
  if (nodes.every((node) => node.region === region || node.state === 'draining')) {
    throw new StreamctlError('CONFLICT', `no other region has an active origin: nothing could take over`, {
      hint: 'Add a region first, or undrain a node: streamctl ring undrain NODE',
    });
  }
  const names = new Set(own.map(({ name }) => name));
  return await runSimpleChange(store, place, {
    what: `region drain ${region}`,
    edit: combine(active.map((name) => setState(name, 'draining'))),
    specEdits: [],
    strict: true,
    isDone: (ring: RingRecord) =>
      ring.nodes.every((node) => node.region !== region || node.state === 'draining'),
    concerns: ({ from }) => names.has(from),
  });
}
