/**
 * Who may act as the controller, and what it thinks of the nodes.
 *
 * The lease says who should act; the token, which only grows, makes sure that nobody else can: every script of a
 * controller carries its own and does nothing when there is a higher one.
 */
import { confirmWritten } from './confirm-written.ts';
import { parseRecord } from './records.ts';
import type { ControllerLease, NodeVerdict } from './ring-records.ts';
import { runRingScript } from './run-ring-script.ts';
import { DROP_LEASE, HOLD_LEASE, WRITE_VERDICTS } from './scripts/controller-lease.ts';
import type { Store } from './store.ts';
import type { StoreReader } from './store-reader.ts';

/** A lease that nobody renews for so long is free. Longer: a dead controller is replaced later. */
export const LEASE_TTL_MS = 1000;

export interface LeaseHold {
  /** Whose lease. */
  readonly lease: ControllerLease;
  readonly mine: boolean;
}

/** Takes or renews the lease. `atLeast`: the highest token that the node has heard of, its own too. */
export async function holdLease(
  store: Store,
  { node, atLeast }: { readonly node: string; readonly atLeast: number },
): Promise<LeaseHold> {
  const reply = await runRingScript(store, HOLD_LEASE, { args: [node, atLeast, LEASE_TTL_MS] });
  const [mine, json] = reply as [number, string];
  const lease = parseRecord<ControllerLease>(json)!;
  // A token that was lost with a store would be given out again.
  if (mine === 1 && lease.token > atLeast)
    await confirmWritten(store, `take controller token ${lease.token}`);
  return { mine: mine === 1, lease };
}

/** Gives the lease back, so that another node can take it at once; does nothing when it is another's. */
export async function dropLease(store: Store, { node, token }: ControllerLease): Promise<void> {
  await runRingScript(store, DROP_LEASE, { token, args: [node] });
}

/** The lease, or null when nobody holds it. */
export async function loadLease(reader: StoreReader): Promise<ControllerLease | null> {
  const [json] = await reader.redis.mget(reader.keys.controller);
  return parseRecord<ControllerLease>(json);
}

/** Milliseconds until the lease is free, unless it is renewed; 0 when nobody holds it. */
export async function loadLeaseTime(store: Store): Promise<number> {
  return Math.max(0, await store.redis.pttl(store.keys.controller));
}

/** What the controller thinks of each node. */
export async function loadVerdicts(reader: StoreReader): Promise<ReadonlyMap<string, NodeVerdict>> {
  const all = Object.values(await reader.redis.hgetall(reader.keys.verdicts))
    .map((json) => parseRecord<NodeVerdict>(json))
    .filter((verdict) => verdict !== null)
    .filter(({ node }) => typeof node === 'string');
  return new Map(all.map((verdict) => [verdict.node, verdict]));
}

/** Writes what the controller thinks of every node; false when its token is superseded. */
export async function writeVerdicts(
  store: Store,
  { token, verdicts }: { readonly token: number; readonly verdicts: Iterable<NodeVerdict> },
): Promise<boolean> {
  const byNode = Object.fromEntries([...verdicts].map((verdict) => [verdict.node, JSON.stringify(verdict)]));
  const keys = [store.keys.verdicts];
  return (await runRingScript(store, WRITE_VERDICTS, { token, keys, args: [JSON.stringify(byNode)] })) === 1;
}
