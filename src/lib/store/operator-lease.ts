/**
 * Which command changes the cluster now, for operators on several machines: a lease that its holder renews. It expires by
 * itself when the holder is dead, and can be taken away.
 *
 * The lock file of a machine (src/lib/provision/lock.ts) does the same between commands of one machine, and without a store.
 */
import { parseRecord } from './records.ts';
import { runScript } from './run-script.ts';
import { DROP_OPERATOR_LEASE, HOLD_OPERATOR_LEASE, STEAL_OPERATOR_LEASE } from './scripts/operator-lease.ts';
import type { Store } from './store.ts';
import type { StoreReader } from './store-reader.ts';

/** A run of a CI system. */
export interface CiRun {
  /** `GitHub Actions`. */
  readonly system: string;
  /** Its number there. */
  readonly run: string;
  /** Where it can be looked at; null when it does not say. */
  readonly url: string | null;
}

export interface OperatorLease {
  readonly id: string;
  /** `user@host`, or who started the CI run. */
  readonly who: string;
  readonly host: string;
  readonly pid: number;
  readonly startTicks: string;
  /** Processes with the same one see one another by pid. */
  readonly place: string;
  readonly ci: CiRun | null;
  /** `streamctl up`. */
  readonly command: string;
  readonly sinceMs: number;
  /** Last sign of life. */
  readonly beatMs: number;
  /** Greater with each holder. Absent in one that was taken away. */
  readonly token?: number;
  /** Id of the holder that it was taken away from and that has not noticed yet. */
  readonly takenFrom?: string;
}

/** A dead holder's lease is free after this. */
export const OPERATOR_LEASE_MS = 30_000;
/** A holder looks each two seconds whether it still has the lease. */
const NOTICE_MS = 6_000;

export type OperatorHold =
  | { readonly mine: true; readonly token: number }
  /** Null of a holder that has ended: the caller had the lease before it. */
  | { readonly mine: false; readonly lease: OperatorLease | null };

/**
 * Takes or renews the lease: `lease.token` is what the caller had it with before, and `instead` the id of one whose process
 * is known to be dead.
 */
export async function holdOperatorLease(
  store: Store,
  lease: OperatorLease,
  instead = '',
): Promise<OperatorHold> {
  const { token = 0, ...own } = { ...lease, beatMs: Math.round(store.clock.nowMs()) };
  const reply = await runScript(store, HOLD_OPERATOR_LEASE, {
    by: lease.who,
    stream: '',
    keys: [store.keys.operatorLease, store.keys.operatorToken],
    args: [JSON.stringify(own), lease.id, OPERATOR_LEASE_MS, instead, token],
  });
  const [mine, json] = reply as [number, string];
  const found = parseLease(json);
  return mine === 1 ? { mine: true, token: found?.token ?? token } : { mine: false, lease: found };
}

/** Gives the lease back; does nothing when it is another's. */
export async function dropOperatorLease(store: Store, { id, who }: OperatorLease): Promise<void> {
  const keys = [store.keys.operatorLease];
  await runScript(store, DROP_OPERATOR_LEASE, { by: who, stream: '', keys, args: [id] });
}

/** Who holds the lease, and for how long it lasts without another sign of life, milliseconds; null for nobody. */
export async function loadOperatorLease(
  store: Store,
): Promise<{ readonly lease: OperatorLease; readonly leftMs: number } | null> {
  const [json, leftMs] = await Promise.all([
    store.redis.get(store.keys.operatorLease),
    store.redis.pttl(store.keys.operatorLease),
  ]);
  const lease = parseLease(json);
  return lease === null ? null : { lease, leftMs };
}

/** The lease as its holder last renewed it, read fast; null for nobody. */
export async function readOperatorLease({ redis, keys }: StoreReader): Promise<OperatorLease | null> {
  const [json] = await redis.mget(keys.operatorLease);
  return parseLease(json ?? null);
}

export interface LeaseTheft {
  readonly holder: OperatorLease;
  /** Who takes it away. */
  readonly by: OperatorLease;
  readonly reason: string;
}

/** Takes the lease away; returns false when the holder has gone meanwhile. */
export async function stealOperatorLease(store: Store, { holder, by, reason }: LeaseTheft): Promise<boolean> {
  const tomb: OperatorLease = { ...by, id: `after ${holder.id}`, takenFrom: holder.id };
  const words = `${holder.command} of ${holder.who}${reason === '' ? '' : `: ${reason}`}`;
  const reply = await runScript(store, STEAL_OPERATOR_LEASE, {
    by: by.who,
    stream: '',
    keys: [store.keys.operatorLease, store.keys.operatorToken],
    args: [holder.id, JSON.stringify(tomb), NOTICE_MS, words],
  });
  return reply === 1;
}

/** A lease as the store has it; its words are shown to people, so nothing in them acts on a terminal. */
function parseLease(json: string | null): OperatorLease | null {
  const lease = parseRecord<OperatorLease>(json);
  if (lease === null || typeof lease.id !== 'string') return null;
  const clean = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll(/\p{Cc}/gu, '') : value;
  return JSON.parse(JSON.stringify(lease), clean) as OperatorLease;
}
