/** What the control plane has written in the store, for a drill's probe. */
import { asOperator } from '../../nodes/as-operator.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { loadLease, loadVerdicts } from '../../store/controller-lease.ts';
import { loadPlacementsOf } from '../../store/placements.ts';
import { readStore } from '../../store/read-connection.ts';
import type { ControlSight } from '../cluster-sight.ts';

/** A store that hangs must not slow the looking down. */
const TIMEOUT_MS = 400;

/** Reads lease, verdicts and the stream's placement; resolves to null when the store does not answer in time. */
export async function loadControl(view: ClusterView, stream: string): Promise<ControlSight | null> {
  const reading = readStore(asOperator(view), async (reader) => {
    const [lease, verdicts, placements] = await Promise.all([
      loadLease(reader),
      loadVerdicts(reader),
      loadPlacementsOf(reader, [stream]),
    ]);
    return {
      controller: lease?.node ?? null,
      verdicts: [...verdicts.values()].filter(({ state }) => state !== 'up'),
      placed: placements.get(stream)?.replicas ?? null,
    };
  }).catch(() => null);
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), TIMEOUT_MS);
  return await Promise.race([reading, late]).finally(() => clearTimeout(timer));
}
