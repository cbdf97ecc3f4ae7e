/**
 * Holding the operators' lease in the store for as long as a command runs: taken when the store answers, renewed each two
 * seconds, watched for being taken away. Once somebody else has had it, it is not taken again. The store may come and go meanwhile; `up` starts it, `down` ends it.
 */

import { type OperationNote, recordOperations } from '../../store/operations.ts';
import {
  dropOperatorLease,
  holdOperatorLease,
  type OperatorHold,
  type OperatorLease,
} from '../../store/operator-lease.ts';
import type { Store } from '../../store/store.ts';
import { readStartTicks } from '../lock.ts';

export interface LeaseKeeperDeps {
  readonly own: OperatorLease;
  /** Null while it does not answer. Throws nothing. */
  readonly openStore: () => Promise<Store | null>;
  /** Called when somebody else has the lease; with null when somebody had it since and has ended. */
  readonly onLost: (holder: OperatorLease | null) => void;
}

const BEAT_MS = 2_000;

export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps;
  #store: Store | null = null;
  #timer: NodeJS.Timeout | undefined;
  #held = false;
  /** Of the first hold; null before. */
  #token: number | null = null;
  #beatAt = Number.NEGATIVE_INFINITY;
  #beating: Promise<OperatorHold | null> | null = null;
  #unsaid: OperationNote[] = [];

  constructor(deps: LeaseKeeperDeps) {
    this.#deps = deps;
  }

  /** Tries to take the lease; returns its holder when that is another, alive as far as can be told. */
  async take(): Promise<OperatorLease | null> {
    const hold = await this.#beat();
    return hold === null || hold.mine ? null : hold.lease;
  }

  /** From now on the lease is renewed, and taken as soon as the store answers. */
  start(): void {
    this.#timer = setInterval(() => void this.#look(), BEAT_MS).unref();
  }

  /** Looks anew when that is long ago, over a new connection when the old one has ended meanwhile. */
  async check(): Promise<void> {
    if (!this.#isLate) return;
    const wasConnected = this.#store !== null;
    await this.#look();
    if (wasConnected && this.#isLate) await this.#look();
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

  get #isLate(): boolean {
    return performance.now() - this.#beatAt > 2 * BEAT_MS;
  }

  async #look(): Promise<void> {
    const hold = await this.#beat();
    if (hold !== null && !hold.mine) this.#deps.onLost(hold.lease);
  }

  /** Null when the store does not answer. */
  async #beat(): Promise<OperatorHold | null> {
    this.#beating ??= this.#ask().finally(() => {
      this.#beating = null;
    });
    return await this.#beating;
  }

  async #ask(): Promise<OperatorHold | null> {
    try {
      this.#store ??= await this.#deps.openStore();
      if (this.#store === null) return null;
      const hold = await this.#hold(this.#store);
      this.#beatAt = performance.now();
      this.#held = hold.mine;
      if (hold.mine) {
        this.#token = hold.token;
        await this.#say();
      }
      return hold;
    } catch {
      // The store went away; the next beat connects anew.
      this.#store?.close();
      this.#store = null;
      return null;
    }
  }

  async #hold(store: Store): Promise<OperatorHold> {
    const own = this.#token === null ? this.#deps.own : { ...this.#deps.own, token: this.#token };
    const hold = await holdOperatorLease(store, own);
    const isVoid = !hold.mine && hold.lease !== null && (await isDead(hold.lease, own));
    return isVoid ? await holdOperatorLease(store, own, hold.lease.id) : hold;
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
