/** `lock status`, `wait` and `steal`: both locks of a cluster, seen from outside. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { loadClusterRecord, viewOf } from '../nodes/cluster-view.ts';
import { clusterLayout } from '../nodes/layout.ts';
import { findHolder, type LockHolder, readStartTicks, seizeLock } from '../provision/lock.ts';
import { writeNote } from '../provision/operation/journal.ts';
import { describeOperator, describePlace } from '../provision/operation/operator.ts';
import { recordOperations } from '../store/operations.ts';
import { loadOperatorLease, type OperatorLease, stealOperatorLease } from '../store/operator-lease.ts';
import type { Store } from '../store/store.ts';
import { connectStoreOf } from './use-store.ts';

export interface LockPlace {
  readonly name: string;
  /** Folder of the cluster. */
  readonly dir: string;
}

/** What `lock status --json` prints. */
export interface LockState {
  readonly cluster: string;
  /** Whether anybody holds it, as far as can be seen. */
  readonly held: boolean;
  /** A command of this machine; null for none. */
  readonly here: LockHolder | null;
  /** What the store says, of any machine; null for nobody. */
  readonly lease: (OperatorLease & { readonly expiresInMs: number }) | null;
  /** `away`: then only this machine's commands are known. */
  readonly store: 'answers' | 'away';
}

/** Looks at both locks. Throws nothing. */
export async function loadLockState(place: LockPlace): Promise<LockState> {
  return await withStore(place, (store) => look(place, store));
}

async function look({ name, dir }: LockPlace, store: Store | null): Promise<LockState> {
  const here = await findHolder(clusterLayout(dir).lock);
  // Undefined: it could not be read.
  const found = store === null ? undefined : await loadOperatorLease(store).catch(() => undefined);
  const lease = found ? { ...found.lease, expiresInMs: found.leftMs } : null;
  const held = here !== null || lease !== null;
  return { cluster: name, held, here, lease, store: found === undefined ? 'away' : 'answers' };
}

async function withStore<T>({ dir }: LockPlace, use: (store: Store | null) => Promise<T>): Promise<T> {
  const record = await loadClusterRecord(dir).catch(() => null);
  const store = record === null ? null : await connectStoreOf(viewOf(record, dir)).catch(() => null);
  try {
    return await use(store);
  } finally {
    store?.close();
  }
}

export interface LockWait {
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Called at first and each ten seconds, with the holders as they are then. */
  readonly say: (state: LockState) => void;
}

const POLL_MS = 500;
const SAY_MS = 10_000;

export interface LockWaited {
  readonly waitedMs: number;
  /** `away`: then nobody of this machine holds the lock, and commands of others are not known. */
  readonly store: LockState['store'];
}

/**
 * Waits until nobody holds the lock, as far as can be seen. While the store is away, a lease that was seen counts until it
 * would expire. Throws LOCKED after `waitMs`.
 */
export async function awaitUnlocked(
  place: LockPlace,
  { waitMs, signal, say }: LockWait,
): Promise<LockWaited> {
  const startedMs = performance.now();
  let saidMs = Number.NEGATIVE_INFINITY;
  let last: Seen | null = null;
  for (;;) {
    const found = await loadLockState(place);
    const nowMs = performance.now();
    const state: LockState = last === null ? found : keepLease(found, last, nowMs);
    last = { state, atMs: nowMs };
    if (!state.held) return { waitedMs: Math.round(nowMs - startedMs), store: state.store };
    if (nowMs - startedMs >= waitMs) {
      throw new StreamctlError('LOCKED', `the lock was not free within ${Math.round(waitMs / 1000)} s`, {
        hint: 'Look at streamctl lock status; streamctl lock steal takes it away.',
        details: { state },
      });
    }
    if (nowMs - saidMs >= SAY_MS) {
      say(state);
      saidMs = nowMs;
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new StreamctlError('INTERRUPTED', 'stopped while waiting for the lock');
  }
}

interface Seen {
  readonly state: LockState;
  /** As performance.now() counts. */
  readonly atMs: number;
}

/** While the store is away: the state with the lease as it was last seen, for as long as that lasts. */
function keepLease(state: LockState, { state: { lease }, atMs }: Seen, nowMs: number): LockState {
  if (state.store === 'answers' || lease === null) return state;
  const expiresInMs = lease.expiresInMs - (nowMs - atMs);
  return expiresInMs <= 0 ? state : { ...state, held: true, lease: { ...lease, expiresInMs } };
}

/** What `lock steal --json` prints. */
export interface LockTheft {
  readonly cluster: string;
  /** False when nobody had it. */
  readonly stolen: boolean;
  readonly from: { readonly here: LockHolder | null; readonly lease: OperatorLease | null };
  /** `away`: then commands of other machines are not known. */
  readonly store: LockState['store'];
}

/** A holder looks at its file twice a second, and at its lease each two seconds. */
const NOTICE_MS = 3_000;
const LEASE_NOTICE_MS = 8_000;

/** Takes the lock away from whoever holds it and returns when it is free: its holder has stopped, or is deemed dead. */
export async function stealLock(place: LockPlace, reason: string): Promise<LockTheft> {
  const { name, dir } = place;
  return await withStore(place, async (store) => {
    const { held, here, lease, store: seen } = await look(place, store);
    const from = { here, lease };
    if (!held) return { cluster: name, stolen: false, from, store: seen };
    const by = await describeThief();
    if (store !== null && lease !== null) await stealOperatorLease(store, { holder: lease, by, reason });
    if (here !== null) await seizeHere(clusterLayout(dir).lock, here);
    if (store !== null && lease !== null) await awaitGone(store, lease);
    await noteTheft({ dir, store, by, text: wordTheft(here, lease, reason) });
    return { cluster: name, stolen: true, from, store: seen };
  });
}

async function describeThief(): Promise<OperatorLease> {
  const { who, host, ci } = describeOperator(process.env);
  const startTicks = (await readStartTicks(process.pid)) ?? '';
  const nowMs = Date.now();
  const process_ = { pid: process.pid, startTicks, place: await describePlace() };
  const command = 'streamctl lock steal';
  return {
    id: `steal-${nowMs}-${process.pid}`,
    who,
    host,
    ci,
    command,
    ...process_,
    sinceMs: nowMs,
    beatMs: nowMs,
  };
}

async function seizeHere(file: string, holder: LockHolder): Promise<void> {
  const giveBack = await seizeLock(file, 'streamctl lock steal');
  const deadline = performance.now() + NOTICE_MS;
  while (performance.now() < deadline) {
    if ((await readStartTicks(holder.pid)) !== holder.startTicks) break;
    await sleep(POLL_MS / 5);
  }
  await giveBack();
}

async function awaitGone(store: Store, { id }: OperatorLease): Promise<void> {
  const deadline = performance.now() + LEASE_NOTICE_MS;
  while (performance.now() < deadline) {
    const found = await loadOperatorLease(store);
    if (found?.lease.takenFrom !== id) return;
    await sleep(POLL_MS / 2);
  }
}

interface TheftNote {
  readonly dir: string;
  readonly store: Store | null;
  readonly by: OperatorLease;
  readonly text: string;
}

async function noteTheft({ dir, store, by, text }: TheftNote): Promise<void> {
  const { id, who, host, ci, command } = by;
  const begun = {
    id,
    atMs: by.sinceMs,
    phase: 'begun',
    who,
    host,
    ci,
    command,
    result: null,
    text: '',
  } as const;
  const ended = { ...begun, atMs: Date.now(), phase: 'ended', result: 'done', text } as const;
  for (const note of [begun, ended]) await writeNote(dir, note);
  if (store !== null) await recordOperations(store, [begun, ended]).catch(() => undefined);
}

function wordTheft(here: LockHolder | null, lease: OperatorLease | null, reason: string): string {
  const from = lease === null ? `${here!.command}, pid ${here!.pid}` : `${lease.command} of ${lease.who}`;
  return `from ${from}${reason === '' ? '' : `: ${reason}`}`;
}
