/** What the stores know is not left behind: a new one copies those that there are, and never the other way round. */
import { StreamctlError } from '../base/errors.ts';
import { asOperator } from '../nodes/as-operator.ts';
import { type ClusterRecord, type ClusterView, loadClusterRecord, viewOf } from '../nodes/cluster-view.ts';
import { nodeLayout } from '../nodes/layout.ts';
import type { Peer } from '../nodes/node-config.ts';
import { staticUnitId } from '../nodes/systemd/unit-place.ts';
import { findPrimary } from '../store/find-primary.ts';
import { readStore } from '../store/read-connection.ts';
import { isReplicated, type Place, storeNodes } from '../store/store-site.ts';

/** Throws CONFLICT when an empty store would be copied by others, or when the one that takes writes leaves. */
export async function refuseOtherStore(nodes: readonly Peer[], clusterDir: string): Promise<void> {
  const record = await loadClusterRecord(clusterDir).catch(() => null);
  if (record === null) return;
  const refusal = findOvertaken(nodes, record.peers) ?? (await findLeavingPrimary(nodes, record, clusterDir));
  if (refusal !== null) throw refusal;
}

/** What the record alone tells: the first of several stores is where a new one looks for what it copies. Pure. */
export function findOvertaken(nodes: readonly Peer[], known: readonly Peer[]): StreamctlError | null {
  const holders = storeNodes(known).map(({ name }) => name);
  const [first, ...others] = storeNodes(nodes).map(({ name }) => name);
  if (first === undefined || holders.length === 0) return null;
  if (isReplicated(known)) {
    const last = others.findLast((name) => holders.includes(name));
    // When none of them stays there is nothing to be copied.
    if (holders.includes(first) || last === undefined) return null;
    return new StreamctlError('CONFLICT', `replace stores: ${first} would be the first, and knows nothing`, {
      hint: `List ${first} after ${last}; nothing was changed.`,
    });
  }
  const holder = holders[0]!;
  if (!isReplicated(nodes) || holder === first) return null;
  return new StreamctlError(
    'CONFLICT',
    `add stores: ${holder} has what the cluster knows, and ${first} would be copied`,
    {
      hint: `List ${holder} before the other nodes with the role store; nothing was changed.`,
    },
  );
}

/** Whether the one that takes writes leaves, which the others alone can take over from. */
async function findLeavingPrimary(
  nodes: readonly Peer[],
  record: ClusterRecord,
  clusterDir: string,
): Promise<StreamctlError | null> {
  const leaving = leavingStores(nodes, record.peers);
  if (leaving.length === 0) return null;
  const view = viewOf(record, clusterDir);
  const primary = await findWriting(view).catch(() => null);
  const node = leaving.find(
    ({ address, ports }) => address === primary?.address && ports.redis === primary.port,
  );
  return node === undefined ? null : wordLeaving(node, view);
}

/** Of several stores those that are none any more. Pure. */
export function leavingStores(nodes: readonly Peer[], known: readonly Peer[]): readonly Peer[] {
  if (!isReplicated(known)) return [];
  const stays = new Set(storeNodes(nodes).map(({ name }) => name));
  return storeNodes(known).filter(({ name }) => !stays.has(name));
}

/** The store that takes writes, if it lives: Sentinels of which too few are left go on to name a dead one. */
async function findWriting(view: ClusterView): Promise<Place | null> {
  const { sentinels, ...access } = asOperator(view);
  if (sentinels === undefined) return null;
  const primary = await findPrimary({ ...access, sentinels });
  const said = await readStore({ ...access, ...primary }, ({ redis }) => redis.info('replication'));
  return /^role:master/m.test(said) ? primary : null;
}

function wordLeaving(
  { name, host }: Peer,
  { dir, name: cluster, ssh }: Pick<ClusterView, 'dir' | 'name' | 'ssh'>,
): StreamctlError {
  const unit = staticUnitId({ clusterDir: dir, node: name }, 'redis');
  const stop =
    ssh === null ? `sv down ${nodeLayout(dir, name).service}/redis` : `systemctl stop ${unit} on ${host}`;
  return new StreamctlError('CONFLICT', `take ${name} out: its store takes the writes of ${cluster}`, {
    hint: `Stop that store (${stop}): another one takes over within 5 s, which streamctl status tells. Then run this again.`,
    details: { node: name },
  });
}
