/**
 * Holding the operators' lease in the store for as long as a command runs: taken when the store answers, renewed each two
 * seconds, watched for being taken away. The store may come and go meanwhile; `up` starts it, `down` ends it.
 */

import { type OperationNote, recordOperations } from '../../store/operations.ts';
import { dropOperatorLease, holdOperatorLease, type OperatorLease } from '../../store/operator-lease.ts';
import type { Store } from '../../store/store.ts';
import { readStartTicks } from '../lock.ts';

export interface LeaseKeeperDeps {
  readonly own: OperatorLease;
  /** Null while it does not answer. Throws nothing. */
  readonly openStore: () => Promise<Store | null>;
  /** Called once, when somebody else has the lease. */
  readonly onLost: (holder: OperatorLease) => void;
}

const BEAT_MS = 2_000;

export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps;
  #store: Store | null = null;
  #timer: NodeJS.Timeout | undefined;
  #held = false;
  #beatAt = Number.NEGATIVE_INFINITY;
  #beating: Promise<OperatorLease | null> | null = null;
  #unsaid: OperationNote[] = [];

  constructor(deps: LeaseKeeperDeps) {
    this.#deps = deps;
  }

  /** Tries to take the lease; returns its holder when that is another, alive as far as can be told. */
  async take(): Promise<OperatorLease | null> {
    return await this.#beat(() => undefined);
  }

  /** From now on the lease is renewed, and taken as soon as the store answers. */
  start(): void {
    this.#timer = setInterval(() => void this.#beat(this.#deps.onLost), BEAT_MS).unref();
  }

  /** Looks anew when that is long ago. */
  async check(): Promise<void> {
    if (performance.now() - this.#beatAt > 2 * BEAT_MS) await this.#beat(this.#deps.onLost);
  }

  /** Writes a line into the journal of the store, as soon as it answers. */
  async note(note: OperationNote): Promise<void> {
    this.#unsaid.push(note);
    await this.#say();
  }

  /** Gives the lease back and asks the store no more; may be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating?.catch(() => undefined);
    const store = this.#store;
    this.#store = null;
    if (store === null) return;
    await dropOperatorLease(store, this.#deps.own).catch(() => undefined);
    store.close();
  }

  /** Whether the store knows of this command. */
  get held(): boolean {
    return this.#held;
  }

  async #beat(onLost: (holder: OperatorLease) => void): Promise<OperatorLease | null> {
    this.#beating ??= this.#ask().finally(() => {
      this.#beating = null;
    });
    const holder = await this.#beating;
    if (holder !== null) onLost(holder);
    return holder;
  }

  async #ask(): Promise<OperatorLease | null> {
    const { own, openStore } = this.#deps;
    try {
      this.#store ??= await openStore();
      if (this.#store === null) return null;
      let hold = await holdOperatorLease(this.#store, own);
      if (!hold.mine && (await isDead(hold.lease, own))) {
        hold = await holdOperatorLease(this.#store, own, hold.lease.id);
      }
      this.#beatAt = performance.now();
      this.#held = hold.mine;
      if (hold.mine) await this.#say();
      return hold.mine ? null : hold.lease;
    } catch {
      // The store went away; the next beat connects anew.
      this.#store?.close();
      this.#store = null;
      return null;
    }
  }

  async #say(): Promise<void> {
    if (this.#store === null || !this.#held) return;
    const notes = this.#unsaid.splice(0);
    try {
      await recordOperations(this.#store, notes);
    } catch {
      this.#unsaid.unshift(...notes);
    }
  }
}

/** A process of this machine that is gone need not be waited for. */
async function isDead(lease: OperatorLease, own: OperatorLease): Promise<boolean> {
  if (lease.place !== own.place || lease.takenFrom !== undefined) return false;
  return (await readStartTicks(lease.pid)) !== lease.startTicks;
}
