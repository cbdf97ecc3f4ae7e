/** What the control plane has written in the store, for a drill's probe. */
import { asOperator } from '../../nodes/as-operator.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { loadLease, loadVerdicts } from '../../store/controller-lease.ts';
import { findPrimary } from '../../store/find-primary.ts';
import { loadPlacementsOf } from '../../store/placements.ts';
import { readStore } from '../../store/read-connection.ts';
import { loadRing } from '../../store/ring.ts';
import { isReplicated } from '../../store/store-site.ts';
import type { ControlSight } from '../cluster-sight.ts';

/** A store that hangs must not slow the looking down; of several, one that hangs must not hide the others. */
const TIMEOUT_MS = 400;
const SEVERAL_TIMEOUT_MS = 1_200;

/** Reads lease, verdicts and the stream's placement; resolves to null when the store does not answer in time. */
export async function loadControl(view: ClusterView, stream: string): Promise<ControlSight | null> {
  const reading = readControl(view, stream).catch(() => null);
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), isReplicated(view.peers) ? SEVERAL_TIMEOUT_MS : TIMEOUT_MS);
  return await Promise.race([reading, late]).finally(() => clearTimeout(timer));
}

async function readControl(view: ClusterView, stream: string): Promise<ControlSight> {
  const { sentinels, ...access } = asOperator(view);
  const place = sentinels === undefined ? access : await findPrimary({ ...access, sentinels });
  return await readStore({ ...access, address: place.address, port: place.port }, async (reader) => {
    const [lease, verdicts, placements, ring, info] = await Promise.all([
      loadLease(reader),
      loadVerdicts(reader),
      loadPlacementsOf(reader, [stream]),
      loadRing(reader),
      reader.redis.info('replication'),
    ]);
    return {
      controller: lease?.node ?? null,
      token: lease?.token ?? null,
      store: view.peers.find(({ address }) => address === place.address)?.name ?? null,
      followers: countFollowers(info),
      epoch: ring?.epoch ?? null,
      wanted: ring?.replicas ?? null,
      verdicts: [...verdicts.values()].filter(({ state }) => state !== 'up'),
      placed: placements.get(stream)?.replicas ?? null,
    };
  });
}

/** Counts stores that have caught up, from `INFO replication`. */
export function countFollowers(info: string): number {
  return info.match(/^slave\d+:.*state=online/gm)?.length ?? 0;
}
